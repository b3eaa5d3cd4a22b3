import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { demoCases } from '../../src/demo/demo-cases';
import { FIXTURES, policyData, ROOT } from '../support/service-for-test';
import { cardsShown, startVisit, type Visit } from './page';

const PHONE = { viewport: { width: 360, height: 740 } };
const DESKTOP = { viewport: { width: 1440, height: 1150 } };
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const SIGNING = '**/cds-services/nerve-block-order-sign';

let visit: Visit;
beforeAll(async () => {
  visit = await startVisit();
});
afterAll(async () => {
  await visit?.close();
});

function headOf(page: Page): Promise<string> {
  return page.locator('#cards h3').first().innerText();
}

async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found: unknown = await page.evaluate(
    `axe.run().then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
  return found as string[];
}

function widthOf(page: Page): Promise<unknown> {
  return page.evaluate('document.documentElement.scrollWidth');
}

async function signAgain(page: Page): Promise<void> {
  const answered = page.waitForResponse(SIGNING);
  await page.getByRole('button', { name: 'Sign', exact: true }).click();
  await answered;
  await cardsShown(page);
}

test('a newcomer sees the first card, why it is there, and 28 of 42 days on the timeline', async () => {
  const page = await visit.open('', DESKTOP);
  expect(await headOf(page)).toContain('28 of 42 days of active care');
  expect(await page.locator('.timeline .total').textContent()).toBe('28 of 42 days of active care asked');
  expect(await page.locator('.timeline').innerText()).toContain('Home exercise, 28 days');
  if (process.env['UPDATE_SCREENSHOTS'] === '1')
    await page.screenshot({ path: join(ROOT, 'docs', 'images', 'playground.png') });
});

test.each(demoCases(FIXTURES).map(({ id }) => id))(
  'case %s signs without an error of the page',
  async (id) => {
    const page = await visit.open();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 400'))
        errors.push(message.text());
    });
    const answered = page.waitForResponse(SIGNING);
    await page.getByLabel('Case', { exact: true }).selectOption(id);
    await answered;
    await cardsShown(page);
    expect(errors).toEqual([]);
    expect(await page.locator('#cards > *').count()).toBeGreaterThan(0);
    if (id.includes('seed')) expect(await page.locator('#cards article.card').count()).toBeGreaterThan(0);
  },
);

test('a suggestion changes the draft and fires again', async () => {
  const page = await visit.open('#case=07-add-on-alone', DESKTOP);
  await expect(headOf(page)).resolves.toContain('64480');
  const before = await page.locator('.order').count();
  const answered = page.waitForResponse(SIGNING);
  await page.locator('.suggestion').first().click();
  await answered;
  await page.getByText('Applied:').waitFor();
  const ids = await page.locator('.order').count();
  expect(ids).not.toBe(before);
  expect(page.url()).toContain('orders=');
  const again = await visit.open(new URL(page.url()).hash, DESKTOP);
  expect(await headOf(again)).toBe(await headOf(page));
});

test('a created task is in the record and not among the draft orders', async () => {
  const page = await visit.open('', DESKTOP);
  await page.getByRole('button', { name: 'Ask for: earlier therapy or exercise' }).click();
  await page.getByText('Applied:').waitFor();
  expect(await page.locator('.order').count()).toBe(1);
  expect(await page.locator('#created').innerText()).toContain('Task/');
});

test('an edited order is judged as it stands when it is signed again', async () => {
  const page = await visit.open('#case=02-seed-001', DESKTOP);
  await page.getByLabel('Side', { exact: true }).selectOption('right');
  await page.getByText('The draft changed').waitFor();
  await signAgain(page);
  expect(await headOf(page)).toContain('right');
  await page.getByRole('button', { name: 'Add an order' }).click();
  expect(await page.locator('.order').count()).toBe(2);
  expect(await page.getByLabel('Side', { exact: true }).first().inputValue()).toBe('right');
  await page.getByRole('button', { name: 'Remove order 2' }).click();
  await signAgain(page);
  expect(await headOf(page)).toContain('right');
});

test('an override names its reason and can be taken back', async () => {
  const page = await visit.open();
  await page.getByRole('button', { name: 'Override' }).click();
  expect(await page.locator('.overridden').count()).toBe(0);
  await page.getByLabel('Sign anyway, because').selectOption({ label: 'Done elsewhere, records to follow' });
  await page.getByRole('button', { name: 'Override' }).click();
  expect(await page.locator('.overridden').innerText()).toContain('Overridden: Done elsewhere');
  await page.getByRole('button', { name: 'Undo' }).click();
  expect(await page.locator('.overridden').count()).toBe(0);
});

test('what became of a card is sent to the service, and stands in the report', async () => {
  const page = await visit.open();
  const posted = page.waitForResponse((answer) => answer.url().endsWith('/feedback'));
  await page.locator('.suggestion').first().click();
  const feedback = await posted;
  expect(feedback.status()).toBe(200);
  expect(feedback.request().postDataJSON()).toMatchObject({
    feedback: [{ outcome: 'accepted', acceptedSuggestions: [{ id: expect.any(String) }] }],
  });
  await cardsShown(page);
  // The override must be of the new card: the answer that brings it says something of its own in the status line.
  const answered = page.waitForResponse(SIGNING);
  await page.getByRole('button', { name: 'Start the case again' }).click();
  await answered;
  await cardsShown(page);
  await page.getByLabel('Sign anyway, because').selectOption({ label: 'Cannot wait' });
  await page.getByRole('button', { name: 'Override' }).click();
  await page.getByText('The service has the feedback.').waitFor();
  // Decisions are stored a moment after their answers.
  await page.waitForTimeout(600);
  await page.getByRole('link', { name: 'Feedback report' }).click();
  await page.getByRole('heading', { name: 'Feedback on cards' }).waitFor();
  expect(await page.locator('table').last().innerText()).toContain('Cannot wait');
  expect(await page.locator('main').innerText()).not.toContain('not known here');
});

test('the profiles stand side by side in words, and the other one can be chosen', async () => {
  const page = await visit.open();
  const row = page.locator('.profiles tr', { hasText: 'TF-CC' });
  expect(await row.innerText()).toMatch(/Not met.*Met/su);
  await page.evaluate("document.getElementById('edit').open = true");
  await page.getByLabel('Medicare LCD').check();
  await page.getByText('Medicare LCD profile').first().waitFor();
});

test('evidence opens the very record', async () => {
  const page = await visit.open('', DESKTOP);
  await page.locator('.criteria').getByRole('button', { name: 'Home exercise' }).first().click();
  expect(await page.locator('#resource h2').innerText()).toBe('CarePlan/04-care-too-short-home-exercise');
  await page.getByRole('button', { name: 'Close' }).click();
});

test('the letter of medical necessity is shown as it is printed, and printed alone', async () => {
  const page = await visit.open('#case=17-seed-002', DESKTOP);
  await page.getByRole('button', { name: 'Attach the evidence and a draft letter to the order' }).click();
  await page.locator('#created').getByRole('button', { name: 'DocumentReference' }).click();
  expect(await page.locator('.letter').innerText()).toContain('LETTER OF MEDICAL NECESSITY (draft)');
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('main').isVisible()).toBe(false);
  expect(await page.locator('.letter').isVisible()).toBe(true);
  expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false);
});

test('by way of the FHIR server the card is the same as by prefetch', async () => {
  const [sent, read, partly] = await Promise.all(
    ['prefetch', 'server', 'partly'].map((arrival) => visit.open(`#case=02-seed-001&arrival=${arrival}`)),
  );
  if (!sent || !read || !partly) throw new Error('three pages were opened');
  expect(await headOf(read)).toBe(await headOf(sent));
  expect(await headOf(partly)).toBe(await headOf(sent));
});

test('a chart that cannot be read is said so on the card', async () => {
  const page = await visit.open('#case=02-seed-001&arrival=failing&failing=observations,procedures');
  expect(await page.locator('.criteria').innerText()).toContain('Not read');
});

test('a chart of which nothing can be had is a refusal with its reason', async () => {
  const keys = Object.keys(policyData.discovery.prefetch).join(',');
  const page = await visit.open(`#case=02-seed-001&arrival=failing&failing=${keys}`);
  expect(await page.locator('.problem').innerText()).toMatch(
    /refused the request \(412\).*Nothing of the chart/su,
  );
});

test('a refusal is shown with its reason', async () => {
  const page = await visit.open('#case=11-another-patients-order');
  expect(await page.locator('.problem').innerText()).toMatch(
    /refused the request \(400\).*another patient/su,
  );
});

test('a service that is down is a sentence, and the draft is kept', async () => {
  const page = await visit.open('', DESKTOP);
  await page.route(SIGNING, (route) => route.abort());
  await page.getByRole('button', { name: 'Sign', exact: true }).click();
  await page.getByRole('heading', { name: 'No answer from the service' }).waitFor();
  expect(await page.locator('.order').count()).toBe(1);
});

test('the keyboard alone signs', async () => {
  const page = await visit.open();
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.id')).toBe('sign');
  const answered = page.waitForResponse(SIGNING);
  await page.keyboard.press('Enter');
  await answered;
});

test('on a phone nothing scrolls sideways', async () => {
  const page = await visit.open('', PHONE);
  expect(await widthOf(page)).toBe(360);
  if (process.env['UPDATE_SCREENSHOTS'] === '1')
    await page.screenshot({ path: join(ROOT, 'docs', 'images', 'playground-phone.png') });
  await page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })");
  expect(await widthOf(page)).toBe(360);
});

test.each(['light', 'dark'] as const)('axe finds nothing serious in %s colours', async (colorScheme) => {
  const page = await visit.open('', { ...DESKTOP, colorScheme });
  expect(await seriousFindings(page)).toEqual([]);
  await page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })");
  expect(await seriousFindings(page)).toEqual([]);
  const phone = await visit.open('#case=14-red-flag', { ...PHONE, colorScheme });
  expect(await seriousFindings(phone)).toEqual([]);
});

test('the page runs nothing inline and nothing from elsewhere', async () => {
  const page = await visit.open();
  await page.evaluate(
    "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }))",
  );
  expect(await page.evaluate('window.ran')).toBeUndefined();
});
