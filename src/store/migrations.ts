import type { Kysely, Migration } from 'kysely';

/** Serial columns are spelled differently by each database. */
export type Flavour = 'sqlite' | 'postgres';

/**
 * Every step from an empty database to the present one, in the order of their names. A step that was released is never
 * changed; another one is added.
 */
export function migrations(flavour: Flavour): Record<string, Migration> {
  return {
    '0001-initial': {
      async up(database: Kysely<unknown>) {
        const { schema } = database;
        await schema
          .createTable('used_token')
          .addColumn('token', 'text', (column) => column.primaryKey())
          .addColumn('expires_at', 'text', (column) => column.notNull())
          .execute();
        await schema
          .createTable('decision')
          .addColumn('id', 'text', (column) => column.primaryKey())
          .addColumn('decided_at', 'text', (column) => column.notNull())
          .addColumn('client', 'text', (column) => column.notNull())
          .addColumn('service', 'text', (column) => column.notNull())
          .addColumn('status', 'integer', (column) => column.notNull())
          .addColumn('hook_instance', 'text')
          .addColumn('user_id', 'text')
          .addColumn('profile', 'text')
          .addColumn('input_digest', 'text', (column) => column.notNull())
          .addColumn('reading_ms', 'integer', (column) => column.notNull())
          .addColumn('total_ms', 'integer', (column) => column.notNull())
          .addColumn('chart', 'text', (column) => column.notNull())
          .addColumn('cards', 'text', (column) => column.notNull())
          .execute();
        await schema
          .createTable('shown_card')
          .addColumn('card', 'text', (column) => column.primaryKey())
          .addColumn('decision', 'text', (column) => column.notNull())
          .addColumn('client', 'text', (column) => column.notNull())
          .addColumn('service', 'text', (column) => column.notNull())
          .addColumn('shown_at', 'text', (column) => column.notNull())
          .addColumn('policy', 'text', (column) => column.notNull())
          .addColumn('policy_version', 'text', (column) => column.notNull())
          .addColumn('determination', 'text', (column) => column.notNull())
          .execute();
        await schema
          .createTable('open_criterion')
          .addColumn('card', 'text', (column) => column.notNull())
          .addColumn('criterion', 'text', (column) => column.notNull())
          .addPrimaryKeyConstraint('open_criterion_key', ['card', 'criterion'])
          .execute();
        await schema
          .createTable('offered_suggestion')
          .addColumn('suggestion', 'text', (column) => column.notNull())
          .addColumn('criterion', 'text', (column) => column.notNull())
          .addColumn('card', 'text', (column) => column.notNull())
          .addPrimaryKeyConstraint('offered_suggestion_key', ['suggestion', 'criterion'])
          .execute();
        await schema
          .createTable('feedback')
          .addColumn('sequence', flavour === 'postgres' ? 'bigserial' : 'integer', (column) =>
            flavour === 'postgres' ? column.primaryKey() : column.primaryKey().autoIncrement(),
          )
          .addColumn('id', 'text', (column) => column.notNull().unique())
          .addColumn('received_at', 'text', (column) => column.notNull())
          .addColumn('client', 'text', (column) => column.notNull())
          .addColumn('service', 'text', (column) => column.notNull())
          .addColumn('card', 'text', (column) => column.notNull())
          .addColumn('outcome', 'text', (column) => column.notNull())
          .addColumn('outcome_at', 'text', (column) => column.notNull())
          .addColumn('reason_system', 'text')
          .addColumn('reason_code', 'text')
          .addColumn('reason_display', 'text')
          .addColumn('comment', 'text')
          .execute();
        await schema
          .createTable('accepted_suggestion')
          .addColumn('feedback', 'text', (column) => column.notNull())
          .addColumn('suggestion', 'text', (column) => column.notNull())
          .addPrimaryKeyConstraint('accepted_suggestion_key', ['feedback', 'suggestion'])
          .execute();
        const indexes = [
          ['used_token', 'expires_at'],
          ['decision', 'decided_at'],
          ['shown_card', 'shown_at'],
          ['offered_suggestion', 'card'],
          ['feedback', 'client'],
          ['feedback', 'card'],
          ['shown_card', 'client'],
          ['feedback', 'received_at'],
        ] as const;
        for (const [table, column] of indexes)
          await schema.createIndex(`${table}_by_${column}`).on(table).column(column).execute();
      },
    },
  };
}
