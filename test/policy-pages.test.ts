import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import request from 'supertest';
import { scenarioRequest, type Scenario } from '../src/demo/scenario';
import { policyIndexPage, policyPage } from '../src/pages/policy-page';
import { answer, appForTest, FIXTURES, policyData, POLICIES, ROOT } from './support/service-for-test';
import { vignettesByPolicy } from './support/vignettes';
import { wholeChart } from './support/whole-chart';

const FOLDER = join(POLICIES, 'policies');
const vignettes = new Map(vignettesByPolicy());
const policies = [...policyData.policies.values()];

/** What a vignette says must come out: as a whole, else line by line, else criterion by criterion. */
function outcomeOf({
  determination,
  refused,
  lines = {},
  criteria = {},
}: Scenario['expect'][string]): string {
  if (refused !== undefined) return 'refused';
  if (determination !== undefined) return determination;
  const parts = Object.keys(lines).length > 0 ? lines : criteria;
  return Object.entries(parts)
    .map(([name, outcome]) => `${name}: ${outcome}`)
    .join('; ');
}

function listed(policy: string) {
  return (vignettes.get(policy) ?? []).map(({ name, expect: expected }) => ({
    name,
    determinations: Object.fromEntries(
      Object.entries(expected).map(([profile, outcome]) => [profile, outcomeOf(outcome)]),
    ),
  }));
}

/** Every page with the file it stands in. */
const pages = [
  { file: join(FOLDER, 'README.md'), text: policyIndexPage({ policies, policyData }) },
  ...policies.map((policy) => ({
    file: join(FOLDER, policy.id, 'README.md'),
    text: policyPage(policy, policyData, listed(policy.id)),
  })),
];

test.each(pages)('$file is fresh', ({ file, text }) => {
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, text);
  expect(existsSync(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

/** A rendered card: its profile, its policy, and the rows of its table. */
interface Golden {
  readonly file: string;
  readonly profile: string;
  readonly policy: string;
  readonly rows: readonly { readonly id: string; readonly needed?: string }[];
  readonly sources: readonly string[];
}

const profileIds = new Map([...policyData.profiles.values()].map(({ id, title }) => [title, id]));

function cardsIn(file: string): Golden[] {
  const text = readFileSync(join(ROOT, 'test', 'golden', file), 'utf8');
  return text.split('\n---\n').flatMap((card): Golden[] => {
    const footer = /^(.+) profile · (.+) \d+\.\d+\.\d+ · judged for/mu.exec(card);
    if (!footer) return [];
    const policy = policies.find(({ title }) => title === footer[2]);
    const lines = card
      .split('\n')
      .filter((line) => line.startsWith('|') && /\([A-Z]+-[A-Z0-9]+\)/u.test(line));
    const rows = lines.map((line) => {
      const cells = line.split(/(?<!\\)\|/u).map((cell) => cell.trim());
      const id = /\(([A-Z]+-[A-Z0-9]+)\)/u.exec(line)?.[1] ?? '';
      // An open row says what is needed; a met one only what is on file.
      return cells.length === 6 ? { id, needed: cells[3] ?? '' } : { id };
    });
    const [, sources = ''] = /^\*\*Sources:\*\* (.*)$/mu.exec(card) ?? [];
    return [
      {
        file,
        profile: profileIds.get(footer[1] ?? '') ?? '',
        policy: policy?.id ?? '',
        rows,
        sources: sources.split('; ').map((source) => source.split(' ')[0] ?? ''),
      },
    ];
  });
}

const cards = readdirSync(join(ROOT, 'test', 'golden')).flatMap(cardsIn);
const pageOf = (policy: string): string => readFileSync(join(FOLDER, policy, 'README.md'), 'utf8');

/** What a page says under a profile in the row that starts with something. */
function cellOf(page: string, start: string, profile: string): string {
  const profiles = [...policyData.profiles.values()];
  const line = page.split('\n').find((candidate) => candidate.startsWith(`| ${start}`)) ?? '';
  const cells = line.split(/(?<!\\)\|/u).map((cell) => cell.trim());
  const text = cells[2 + profiles.findIndex(({ id }) => id === profile)] ?? '';
  const base = /^as (\S+)$/u.exec(text)?.[1];
  return base === undefined ? text : cellOf(page, start, base);
}

describe('from a card to the page of its policy', () => {
  test('there are cards of every policy and profile', () => {
    const shown = new Set(cards.map(({ policy }) => policy));
    // No scenario of the fixtures orders an interlaminar epidural; its vignettes do.
    const missing = policies.map(({ id }) => id).filter((id) => !shown.has(id));
    expect(missing).toEqual(['interlaminar-epidural']);
    expect(new Set(cards.map(({ profile }) => profile))).toEqual(new Set(policyData.profiles.keys()));
    expect(cards.flatMap(({ rows }) => rows).length).toBeGreaterThan(400);
  });

  test.each(cards.map((card) => [`${card.file} ${card.policy}`, card] as const))('%s', (_name, card) => {
    const page = pageOf(card.policy);
    const said = card.rows.map(({ id, needed }) => {
      const cell = cellOf(page, `**${id}**`, card.profile);
      return needed === undefined ? cell !== '' : cell.includes(needed);
    });
    expect(card.rows.filter((_row, i) => said[i] !== true)).toEqual([]);
    const known = page.split('\n').flatMap((line) => /^\| ([a-z0-9-]+) +\|/u.exec(line)?.[1] ?? []);
    expect(card.sources.filter((source) => !known.includes(source))).toEqual([]);
  });
});

describe('from the page to what judges', () => {
  test.each(policies.map(({ id }) => id))('%s says every number with its source', (id) => {
    const page = pageOf(id);
    const policy = policyData.policies.get(id);
    const faults = [...(policy?.parameters ?? [])].flatMap(([name, { description, values }]) =>
      Object.entries(values).flatMap(([profile, { value, sources }]) => {
        if (value === null || typeof value === 'boolean') return [];
        const cell = cellOf(page, `${description} (\`${name}\`)`, profile);
        return cell.includes(String(value)) && sources.every((source) => cell.includes(source))
          ? []
          : [`${name} ${profile}`];
      }),
    );
    expect(faults).toEqual([]);
  });
});

describe('over HTTP', () => {
  const app = appForTest();

  test('the list leads to every page', async () => {
    const index = await request(app).get('/policies');
    expect([index.status, index.headers['content-type']]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    const links = [...index.text.matchAll(/href="(\/policies\/[a-z-]+)"/gu)].map(([, path]) => path ?? '');
    expect(links.toSorted()).toEqual(policies.map(({ id }) => `/policies/${id}`).toSorted());
    for (const path of links) {
      const page = await request(app).get(path);
      expect(page.status).toBe(200);
      expect(page.text).toContain('<h1');
      expect(page.text).not.toMatch(/README|<script/u);
      expect(page.text).toContain('href="/policies"');
    }
  });

  test('a card leads to the page of its policy, on which its criteria can be pointed at', async () => {
    const body = scenarioRequest(wholeChart('base-lumbar'), 'guideline', FIXTURES);
    const [card] = answer(body).cards;
    const path = new URL(card?.source.url ?? '').pathname;
    expect(card?.links).toEqual([{ label: expect.any(String), url: card?.source.url, type: 'absolute' }]);
    const { text } = await request(app).get(path);
    expect(text).toContain('<tr id="TF-CC">');
  });

  test('there is no page of an unknown policy', async () => {
    for (const path of ['/policies/none', '/policies/..%2f..%2fpackage.json', '/policies/_shared'])
      expect((await request(app).get(path)).status).toBe(404);
  });
});
