import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PostgresServer {
  readonly url: string;
  /** Lets all of the server hang, or go on, as a stalled machine does. */
  hang(isHanging: boolean): void;
  /** Stops the server as a crash would. */
  crash(mode?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Where Debian's packages put the server, the newest version first. */
const DEBIAN = '/usr/lib/postgresql';

function programs(): string {
  const versions = spawnSync('ls', [DEBIAN]).status === 0 ? readdirSync(DEBIAN) : [];
  const [newest] = versions.toSorted((a, b) => Number(b) - Number(a));
  if (newest !== undefined) return join(DEBIAN, newest, 'bin');
  const found = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  if (found.status === 0) return found.stdout.trim();
  throw new Error('npm run test:postgres needs a PostgreSQL server; Debian calls the package postgresql.');
}

/** PostgreSQL does not run as root; its package brings a user to run it as. */
function asOwner(command: string, args: readonly string[]): [string, string[]] {
  const isRoot = process.getuid?.() === 0;
  return isRoot ? ['runuser', ['-u', 'postgres', '--', command, ...args]] : [command, [...args]];
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(...asOwner(command, args), { encoding: 'utf8', cwd: '/' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Makes a database cluster in a folder of its own and starts a server for it on a free port of this machine. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = programs();
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  if (process.getuid?.() === 0) spawnSync('chown', ['postgres', folder]);
  const data = join(folder, 'data');
  run(join(bin, 'initdb'), ['-D', data, '-U', 'nerve', '-A', 'trust', '--no-sync', '-E', 'UTF8']);
  const port = await freePort();
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder}`;
  const start = async (): Promise<void> => {
    run(join(bin, 'pg_ctl'), ['start', '-w', '-D', data, '-o', options, '-l', join(folder, 'log')]);
    await Promise.resolve();
  };
  const stop = async (mode: string): Promise<void> => {
    const child = spawn(...asOwner(join(bin, 'pg_ctl'), ['stop', '-w', '-D', data, '-m', mode]), {
      cwd: '/',
    });
    await once(child, 'exit');
  };
  await start();
  return {
    url: `postgres://nerve@127.0.0.1:${port}/postgres`,
    hang(isHanging) {
      const [leader = ''] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
      const processes = spawnSync('pgrep', ['-P', leader], { encoding: 'utf8' }).stdout.trim().split('\n');
      for (const id of [leader, ...processes]) process.kill(Number(id), isHanging ? 'SIGSTOP' : 'SIGCONT');
    },
    crash: (mode = 'immediate') => stop(mode),
    start,
    async close() {
      await stop('immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
