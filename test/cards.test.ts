import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScenarios, scenarioRequest } from '../src/demo/scenario';
import type { Action, Card } from '../src/present/card';
import { Problem } from '../src/problem';
import { answer, FIXTURES, ROOT } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

const GOLDEN = join(ROOT, 'test', 'golden');

/** The letter that an action would create, as it reads. */
function letterOf(action: Action): string[] {
  if (action.type !== 'create' || action.resource.resourceType !== 'DocumentReference') return [];
  const data = action.resource.content[0]?.attachment.data ?? '';
  return ['', '```text', Buffer.from(data, 'base64').toString('utf8'), '```'];
}

/** A card as an EHR shows it. */
function rendered(card: Card): string {
  const suggestions = (card.suggestions ?? []).map((suggestion) => {
    const mark = suggestion.isRecommended ? ' (recommended)' : '';
    const actions = suggestion.actions.flatMap((action) => [
      `  - ${action.type}: ${action.description}`,
      ...letterOf(action),
    ]);
    return [`- **[${suggestion.label}]**${mark}`, ...actions].join('\n');
  });
  return [
    `# [${card.indicator}] ${card.summary}`,
    card.detail,
    ...(suggestions.length > 0 ? [suggestions.join('\n')] : []),
    ...(card.overrideReasons
      ? [`Override: ${card.overrideReasons.map(({ display }) => display).join(' · ')}`]
      : []),
    ...card.links.map(({ label, url }) => `[${label}](${url})`),
  ].join('\n\n');
}

function pageOf(request: unknown): string {
  try {
    const { cards } = answer(request);
    return `${cards.length === 0 ? 'No card.' : cards.map(rendered).join('\n\n---\n\n')}\n`;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `Refused with ${error.status}: ${error.issues.map((issue) => issue.diagnostics).join(' ')}\n`;
  }
}

const pages = readScenarios(join(FIXTURES, 'scenarios')).flatMap((scenario) =>
  Object.keys(scenario.expect).map((profile) => ({
    file: `${scenario.id}.${profile}.md`,
    page: () => pageOf(scenarioRequest(scenario, profile, FIXTURES)),
  })),
);

describe('cards as they are rendered', () => {
  test.each(pages.map((page) => [page.file, page] as const))('%s', (file, { page }) => {
    const path = join(GOLDEN, file);
    if (process.env['UPDATE_GOLDEN']) {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(path, page());
    }
    expect(existsSync(path)).toBe(true);
    expect(page()).toBe(readFileSync(path, 'utf8'));
  });

  test('no golden card is left over from a scenario that is gone', () => {
    expect(readdirSync(GOLDEN).toSorted()).toEqual(pages.map((page) => page.file).toSorted());
  });
});

test('what could not be read and would only have raised a caution is said in one line', () => {
  const { allergyIntolerances: _allergies, ...prefetch } = scenarioRequest(
    wholeChart('base-lumbar'),
    'guideline',
    FIXTURES,
  ).prefetch;
  const request = { ...scenarioRequest(wholeChart('base-lumbar'), 'guideline', FIXTURES), prefetch };
  const [card] = answer(request).cards;
  expect(card?.summary).toContain('criteria met');
  expect(card?.detail).toContain('**Not looked for:** allergies; not read: allergies (not sent).');
});
