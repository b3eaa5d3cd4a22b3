import { Client } from 'pg';
import { openStore } from '../../src/store/store';
import { describeStore } from '../support/store-contract';
import { startPostgres, type PostgresServer } from './postgres-server';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

/** The address of a database that is empty. */
async function emptyDatabase(name: string): Promise<string> {
  const client = new Client(postgres.url);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return postgres.url.replace(/postgres$/u, name);
}

describe('the store in PostgreSQL', () => {
  let count = 0;
  describeStore(async () => {
    count += 1;
    return openStore(await emptyDatabase(`store_${count}`));
  });

  test('several replicas may start at the same time on an empty database', async () => {
    const url = await emptyDatabase('together');
    const stores = Array.from({ length: 4 }, () => openStore(url));
    await Promise.all(stores.map((store) => store.check()));
    const soon = new Date(Date.now() + 60_000);
    const answers = await Promise.all(stores.map((store) => store.useToken('token', soon)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  test('a server that was down is used again as soon as it is back', async () => {
    const store = openStore(await emptyDatabase('again'));
    await store.check();
    await postgres.crash();
    await expect(store.check()).rejects.toThrow();
    await postgres.start();
    await expect(store.check()).resolves.toBeUndefined();
    await store.close();
  });

  test('a server that was down at the start is migrated when it comes', async () => {
    const url = await emptyDatabase('late');
    await postgres.crash();
    const store = openStore(url);
    await expect(store.check()).rejects.toThrow();
    await postgres.start();
    await expect(store.useToken('token', new Date(Date.now() + 60_000))).resolves.toBe(true);
    await store.close();
  });
});
