import { createServer, type Server } from 'node:http';
import { Agent } from 'node:http';
import type { AddressInfo } from 'node:net';
import { create } from 'axios';
import { isObject } from '../src/fhir/read';

const http = create({ httpAgent: new Agent({ keepAlive: true }), proxy: false });

/** The keys of prefetch that a chart is read by, as the service publishes them. */
export const FIXTURE_TEMPLATES = [
  'Condition',
  'Procedure',
  'Observation',
  'ServiceRequest',
  'MedicationRequest',
  'MedicationStatement',
  'DiagnosticReport',
  'AllergyIntolerance',
  'CarePlan',
  'Goal',
  'Coverage',
  'Task',
] as const;

/** Reads and parses one page of each type, side by side. */
export async function readAll(fhirServer: string, types: readonly string[]): Promise<void> {
  await Promise.all(types.map((type) => http.get(`${fhirServer}/${type}?patient=x`)));
}

/** A FHIR server that has its pages ready: what a hook call sends as prefetch, by type. */
export async function pageServer(prefetch: Readonly<Record<string, unknown>>): Promise<Server> {
  const pages = new Map<string, Buffer>();
  for (const value of Object.values(prefetch)) {
    if (!isObject(value)) continue;
    const [first] = Array.isArray(value['entry']) ? (value['entry'] as unknown[]) : [];
    const resource = isObject(first) && isObject(first['resource']) ? first['resource'] : value;
    pages.set(String(resource['resourceType']), Buffer.from(JSON.stringify(value)));
  }
  const empty = Buffer.from(JSON.stringify({ resourceType: 'Bundle', type: 'searchset', total: 0 }));
  const server = createServer((request, response) => {
    const type = /\/fhir\/([A-Za-z]+)/u.exec(request.url ?? '')?.[1] ?? '';
    const page = pages.get(type) ?? empty;
    response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': page.length });
    response.end(page);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

export function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
}
