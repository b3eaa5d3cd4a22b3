import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { demoRoutes } from '../../src/demo/demo-routes';
import { decisionLog } from '../../src/store/decision-log';
import { openStore } from '../../src/store/store';
import { appForTest, FIXTURES, policyData } from '../support/service-for-test';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The service with its playground, and a browser. */
export interface Visit {
  /** A page at the address, with its first cards. */
  open(hash?: string, options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Waits until the cards for the last change are shown. */
export async function cardsShown(page: Page): Promise<void> {
  await page.locator('#cards[aria-busy=false]').waitFor();
}

/** Starts the service on a free port of this machine, and Chromium. */
export async function startVisit(): Promise<Visit> {
  if (!existsSync(CHROMIUM))
    throw new Error(
      `npm run test:browser needs Chromium: there is none at ${CHROMIUM}; CHROMIUM names another.`,
    );
  const store = openStore('file::memory:');
  const decisions = decisionLog(store, { onFailure: () => {}, onLoss: () => {} });
  const demo = demoRoutes(FIXTURES, policyData);
  const server = createServer(appForTest({ demo, store, decisions, newId: randomUUID, deadlineMs: 20_000 }));
  const url = await listening(server);
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  return {
    async open(hash = '', options = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      await page.goto(`${url}/${hash}`);
      await cardsShown(page);
      return page;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
      await decisions.close();
      await store.close();
    },
  };
}
