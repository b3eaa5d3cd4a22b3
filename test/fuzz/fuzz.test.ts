import { bodyOf, fuzz, type Fault } from './fuzz';
import { oddValues } from './values';

// `npm run fuzz -- --minutes 10` sends as many as there is time for.
const SEED = 7;
const BODIES = 600;

test(`${BODIES} bodies that nobody would send: each is answered as CDS Hooks says, in time, and about nobody else`, async () => {
  const faults: Fault[] = [];
  const { bodies, byStatus, cards } = await fuzz({
    seed: SEED,
    from: 0,
    goesOn: (done) => done < BODIES,
    onFault: (fault) => faults.push(fault),
  });
  expect(faults).toEqual([]);
  expect(bodies).toBe(BODIES);
  // Most are still judged: what is refused at the door tests little.
  expect(byStatus.get(200)).toBeGreaterThan(BODIES / 2);
  expect(cards).toBeGreaterThan(BODIES / 4);
}, 120_000);

test('the same seed gives the same bodies', () => {
  const odd = oddValues(SEED);
  for (const number of [0, 1, 17, 400])
    expect(bodyOf(SEED, number, odd).equals(bodyOf(SEED, number, odd))).toBe(true);
});
