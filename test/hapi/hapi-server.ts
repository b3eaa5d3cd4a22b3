import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface HapiServer {
  /** The FHIR base URL. */
  readonly url: string;
  close(): Promise<void>;
}

export function requireMaven(): void {
  if (spawnSync('mvn', ['--version']).status !== 0)
    throw new Error('npm run test:hapi needs Java 17 or newer, and Maven: the command mvn does not run.');
}

/** Compiles and starts HAPI through Maven, on a free port of this machine. It ends when its input does. */
export async function startHapi(pageSize: number): Promise<HapiServer> {
  const maven = spawn(
    'mvn',
    ['-q', '-B', '-f', __dirname, 'compiler:compile', 'exec:java', `-Dexec.args=0 ${pageSize}`],
    // What runs for a minute starts sooner without the optimizing compiler.
    { env: { ...process.env, MAVEN_OPTS: '-XX:TieredStopAtLevel=1' }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(maven, 'exit');
  const printed: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(maven.stdout).on('line', (line) => {
      printed.push(line);
      const [address] = /http:\/\/127\.0\.0\.1:\d+\/fhir/u.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
    maven.once('exit', () => reject(new Error(`HAPI did not start:\n${printed.join('\n')}`)));
  });
  return {
    url,
    close: async () => {
      maven.stdin.end();
      await ended;
    },
  };
}
