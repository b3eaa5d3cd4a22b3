import { once } from 'node:events';
import { isObject } from '../src/fhir/read';
import { call, connection, median, quantile, type Answer, type Server } from './servers';

/** One kind of call, measured on floor and service in turn, so that a busy machine slows both. */
export interface Run {
  readonly name: string;
  readonly body: Buffer;
  readonly warmUp: number;
  readonly pairs: number;
}

export interface Measured {
  readonly name: string;
  readonly bytes: number;
  readonly floorMs: number;
  readonly serviceMs: number;
  /** The median of the pairs' ratios. */
  readonly ratio: number;
  /** The lowest and the highest tenth left out. */
  readonly from: number;
  readonly to: number;
}

async function answered(server: Server, body: Buffer, agent: ReturnType<typeof connection>): Promise<Answer> {
  const answer = await call(server.hook, body, agent);
  if (answer.status !== 200)
    throw new Error(`${server.hook} answered ${answer.status}: ${answer.body.toString()}`);
  return answer;
}

/** Measures one kind of call; the floor sends the service's own answer. */
export async function paired(floor: Server, service: Server, run: Run): Promise<Measured> {
  const { name, body, warmUp, pairs } = run;
  const agents = [connection(), connection()] as const;
  const own = await answered(service, body, agents[1]);
  const answer: unknown = JSON.parse(own.body.toString());
  if (!isObject(answer)) throw new Error('the service did not answer with an object');
  floor.process.send(answer);
  await once(floor.process, 'message');
  const copy = await answered(floor, body, agents[0]);
  if (copy.body.length !== own.body.length) throw new Error('floor and service answer with different sizes');
  const times: { floor: number; service: number }[] = [];
  for (let i = 0; i < warmUp + pairs; i += 1) {
    const pair = {
      floor: (await answered(floor, body, agents[0])).milliseconds,
      service: (await answered(service, body, agents[1])).milliseconds,
    };
    if (i >= warmUp) times.push(pair);
  }
  agents.forEach((agent) => agent.destroy());
  const [floorMs, serviceMs] = [median(times.map((t) => t.floor)), median(times.map((t) => t.service))];
  const ratios = times.map((pair) => pair.service / pair.floor);
  return {
    name,
    bytes: body.length,
    floorMs,
    serviceMs,
    ratio: median(ratios),
    from: quantile(ratios, 0.1),
    to: quantile(ratios, 0.9),
  };
}
