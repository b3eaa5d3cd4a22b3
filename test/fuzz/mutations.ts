import type { Random } from './random';

type Holder = Record<string, unknown> | unknown[];

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null;
}

/** A place in JSON at random: the holder and the name or index in it. */
function placeIn(root: Holder, random: Random): { holder: Holder; name: string } | undefined {
  let holder = root;
  for (;;) {
    const names = Object.keys(holder);
    if (names.length === 0) return undefined;
    const name = random.pick(names);
    const inner = (holder as Record<string, unknown>)[name];
    if (!isHolder(inner) || Object.keys(inner).length === 0 || random.onceIn(6)) return { holder, name };
    holder = inner;
  }
}

type Mutation = (
  place: { holder: Record<string, unknown>; name: string },
  random: Random,
  odd: readonly unknown[],
) => void;

const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', ''];
const REFERRING = [
  'partOf',
  'basedOn',
  'result',
  'reasonReference',
  'derivedFrom',
  'hasMember',
  'focus',
  'for',
  'subject',
];

const MUTATIONS: readonly Mutation[] = [
  ({ holder, name }, random, odd) => (holder[name] = structuredClone(random.pick(odd))),
  ({ holder, name }, random, odd) => (holder[name] = structuredClone(random.pick(odd))),
  ({ holder, name }, random, odd) => (holder[name] = structuredClone(random.pick(odd))),
  ({ holder, name }) => (holder[name] = null),
  ({ holder, name }) => delete holder[name],
  ({ holder, name }) => (holder[name] = [holder[name]]),
  ({ holder, name }) => (holder[name] = { [name]: holder[name] }),
  ({ holder, name }) =>
    (holder[name] = Array.isArray(holder[name])
      ? (holder[name] as unknown[])[0]
      : JSON.stringify(holder[name])),
  ({ holder, name }, random) => {
    const value = holder[name];
    if (Array.isArray(value) && value.length > 0)
      holder[name] = Array.from(
        { length: random.pick([2, 10, 200]) },
        (_, i) => value[i % value.length] as unknown,
      );
  },
  ({ holder, name }, random) => {
    const value = holder[name];
    if (Array.isArray(holder)) return;
    delete holder[name];
    // A member of its own, also where the name is that of the prototype.
    Object.defineProperty(holder, random.pick(PROTOTYPE_NAMES), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  },
  ({ holder }, random) => {
    const [a, b] = [random.pick(Object.keys(holder)), random.pick(Object.keys(holder))];
    const kept = holder[a ?? ''];
    holder[a ?? ''] = holder[b ?? ''];
    holder[b ?? ''] = kept;
  },
  // A reference to itself, or to whatever else has that name.
  ({ holder }, random) => {
    const { resourceType = 'Observation', id = 'x' } = holder;
    const reference = `${JSON.stringify(resourceType)}/${JSON.stringify(id)}`.replaceAll('"', '');
    holder[random.pick(REFERRING)] = random.onceIn(2) ? { reference } : [{ reference }];
  },
];

/** Every resource that the request brings. */
function resourcesOf(value: unknown): Holder[] {
  if (!isHolder(value)) return [];
  const own = 'resourceType' in value && !('entry' in value) ? [value] : [];
  return [...own, ...Object.values(value).flatMap(resourcesOf)];
}

/** Changes a few places of a request: of what it brings, and now and then of the envelope. */
export function mutate(request: Holder, random: Random, odd: readonly unknown[]): void {
  const resources = resourcesOf(request);
  const count = 1 + random.below(8);
  for (let i = 0; i < count; i += 1) {
    const place = placeIn(random.onceIn(25) ? request : random.pick(resources), random);
    if (place)
      random.pick(MUTATIONS)({ ...place, holder: place.holder as Record<string, unknown> }, random, odd);
  }
}

const DEEP = 5000;

type TextMutation = (text: string, random: Random) => string | Buffer;

/** What is sent in place of a number or a text that stands in the body. */
function spliced(text: string, random: Random, what: string): string {
  const at = random.below(text.length);
  return text.slice(0, at) + what + text.slice(at);
}

const TEXT_MUTATIONS: readonly TextMutation[] = [
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) =>
    spliced(text, random, random.pick(['"', '}', ']', ',', '\\u0000', '\\', '{"a":', '1e400', '-', 'NaN'])),
  (text, random) =>
    text.replace('"hookInstance"', `"__proto__":{"polluted":${random.below(2)}},"hookInstance"`),
  (text) => text.replaceAll('"status"', '"status":"entered-in-error","status"'),
  (text) =>
    text.replace('"prefetch":{', '"prefetch":{"observations":null,"observations":{"resourceType":"Bundle"},'),
  (text, random) =>
    text.replace(/:\s*\d+(?:\.\d+)?/u, `:${random.pick(['1e400', '-0', '00', '1.0e-400', '9'.repeat(400)])}`),
  (text) => text.replace('"prefetch":', `"deep":${'['.repeat(DEEP)}${']'.repeat(DEEP)},"prefetch":`),
  (text) => text.replace('"resourceType"', `"x":${'{"x":'.repeat(DEEP)}1${'}'.repeat(DEEP)},"resourceType"`),
  (text) => `\uFEFF${text}`,
  (text, random) => {
    const bytes = Buffer.from(text);
    bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  (_text, random) =>
    random.pick(['', ' ', 'null', '[]', '""', '0', '{}', '{"hook":"order-sign"}', '[['.repeat(DEEP)]),
];

/** The body of a request, now and then with something that no JSON writer would write. */
export function written(request: unknown, random: Random): Buffer {
  const text = JSON.stringify(request);
  return Buffer.from(random.onceIn(8) ? random.pick(TEXT_MUTATIONS)(text, random) : text);
}
