import { parseArgs } from 'node:util';
import { fuzz } from './fuzz';

/**
 * `npm run fuzz -- --minutes 5`, or `--bodies 100000`; `--seed` and `--from` repeat what a fault names. Ends with 1 when
 * an answer was wrong.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    bodies: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
const most = values.bodies === undefined ? Number.POSITIVE_INFINITY : Number(values.bodies);
const minutes = Number(values.minutes ?? (values.bodies === undefined ? 1 : Number.POSITIVE_INFINITY));
const ends = performance.now() + minutes * 60_000;

async function main(): Promise<void> {
  let count = 0;
  const ran = await fuzz({
    seed,
    from: Number(values.from),
    goesOn: (done) => done < most && performance.now() < ends,
    onFault: ({ number, faults }) => {
      count += 1;
      process.stdout.write(
        `--seed ${seed} --from ${number} --bodies 1\n  ${faults.slice(0, 5).join('\n  ')}\n`,
      );
    },
  });
  const statuses = [...ran.byStatus].map(([status, times]) => `${times} times ${status}`).join(', ');
  process.stdout.write(
    `seed ${seed}: ${ran.bodies} bodies, ${statuses}, ${ran.cards} cards with suggestions; ` +
      `the slowest took ${ran.slowest.milliseconds.toFixed(0)} ms (--from ${ran.slowest.number}); ${count} faults\n`,
  );
  if (count > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
