import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../src/store/store';
import { describeStore } from './support/store-contract';

describe('the embedded store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  describeStore(() => Promise.resolve(openStore(`file:${join(folder, 'data', 'store.db')}`)));

  test('acknowledges nothing once its file is gone', async () => {
    const file = join(folder, 'store.db');
    const store = openStore(`file:${file}`);
    await store.check();
    rmSync(file);
    await expect(store.addFeedback('client', 'service', [])).rejects.toThrow('deleted or replaced');
    await expect(store.check()).rejects.toThrow('deleted or replaced');
    await store.close();
  });

  test('keeps what it has when it is opened again', async () => {
    const url = `file:${join(folder, 'store.db')}`;
    const soon = new Date(Date.now() + 60_000);
    const first = openStore(url);
    expect(await first.useToken('token', soon)).toBe(true);
    await first.close();
    const second = openStore(url);
    expect(await second.useToken('token', soon)).toBe(false);
    await second.close();
  });
});
