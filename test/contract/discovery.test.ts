import request from 'supertest';
import { appForTest } from '../support/service-for-test';
import { emptyPaths, minimalRequest, type Json } from './support';

interface Service {
  readonly id: string;
  readonly hook: string;
  readonly title: string;
  readonly description: string;
  readonly prefetch: Readonly<Record<string, string>>;
  readonly version: string;
  readonly hookVersion?: string;
  readonly [member: string]: unknown;
}

const app = appForTest();

async function discover(): Promise<{ body: Json; services: readonly Service[] }> {
  const response = await request(app).get('/cds-services').expect(200);
  const body = response.body as Json;
  return { body, services: body['services'] as readonly Service[] };
}

async function templates(): Promise<string[]> {
  const { services } = await discover();
  return services.flatMap((service) => Object.values(service.prefetch));
}

/** The parameters of the templates that are searches. */
async function parameters(): Promise<{ template: string; names: string[] }[]> {
  return (await templates())
    .filter((template) => template.includes('?'))
    .map((template) => {
      const query = template.slice(template.indexOf('?') + 1);
      return { template, names: query.split('&').map((parameter) => parameter.split('=')[0] ?? '') };
    });
}

function tokensOf(template: string): string[] {
  return [...template.matchAll(/\{\{(.*?)\}\}/gu)].map((match) => match[1] ?? '');
}

describe('discovery', () => {
  test('[A1] discovery is always there at its stable address', async () => {
    expect((await request(app).get('/cds-services')).status).toBe(200);
  });

  test('[A2] discovery body is an object with services', async () => {
    const { body, services } = await discover();
    expect(Object.keys(body)).toEqual(['services']);
    expect(services.length).toBeGreaterThan(0);
  });

  test.each(['hook', 'id', 'description', 'title', 'usageRequirements'])(
    '[A4 A5 A6 A7 A9] each service says its %s in words',
    async (member) => {
      const { services } = await discover();
      for (const service of services) expect(service[member]).toMatch(/\S/u);
    },
  );

  test('[A5] each id stands in a URL without encoding and answers there', async () => {
    const { services } = await discover();
    for (const { id } of services) {
      expect(encodeURIComponent(id)).toBe(id);
      const response = await request(app).post(`/cds-services/${id}`).send(minimalRequest());
      expect(response.status).not.toBe(404);
    }
  });

  test('[A4] the service is for the hook that its id promises', async () => {
    const { services } = await discover();
    expect(services).toContainEqual(
      expect.objectContaining({ id: 'nerve-block-order-sign', hook: 'order-sign' }),
    );
  });

  test('[A8] prefetch is an object of template strings and is not empty', async () => {
    const { services } = await discover();
    for (const { prefetch } of services) {
      expect(Object.keys(prefetch).length).toBeGreaterThan(0);
      for (const template of Object.values(prefetch)) expect(template).toMatch(/\S/u);
    }
  });

  test('[A10 M7] version is the version of the CDS Hooks specification', async () => {
    const { services } = await discover();
    for (const { version } of services) expect(version).toBe('2.0.1');
  });

  test('[A11 D10] a hook version, if there is one, is the published one of order-sign', async () => {
    const { services } = await discover();
    for (const { hookVersion } of services) expect(['1.0', undefined]).toContain(hookVersion);
  });

  test('[A12] no id is listed twice', async () => {
    const { services } = await discover();
    expect(new Set(services.map(({ id }) => id)).size).toBe(services.length);
  });

  test('[A13] no service carries an address of its own', async () => {
    const { services } = await discover();
    for (const service of services) expect(JSON.stringify(service)).not.toMatch(/https?:\/\//u);
  });

  test('[A15 L1 L3] no service has an extension', async () => {
    const { services } = await discover();
    for (const service of services) expect(service).not.toHaveProperty('extension');
  });

  test('[A18] discovery answers with and without an Authorization header', async () => {
    const open = await request(app).get('/cds-services');
    const named = await request(app).get('/cds-services').set('Authorization', 'Bearer a.b.c');
    expect([open.status, named.status]).toEqual([200, 200]);
    expect(named.text).toBe(open.text);
  });

  test('[E11] each service says what it needs and what happens without it', async () => {
    const { services } = await discover();
    for (const { usageRequirements } of services) {
      for (const word of ['prefetch', 'fhirServer', '412', 'null']) expect(usageRequirements).toContain(word);
    }
  });

  test('[B1] discovery is JSON', async () => {
    const { headers } = await request(app).get('/cds-services');
    expect(headers['content-type']).toMatch(/^application\/json/u);
  });

  test('[B3 B4] nothing in discovery is null or empty', async () => {
    const { body } = await discover();
    expect(emptyPaths(body)).toEqual([]);
  });
});

describe('prefetch templates', () => {
  test('[F1] every template is a relative read or a search of one type', async () => {
    for (const template of await templates()) {
      expect(template).toMatch(/^[A-Z][A-Za-z]+(?:\/\{\{[^{}]+\}\}|\?[^\s?#]+)$/u);
    }
  });

  test('[F2] every brace belongs to a token', async () => {
    for (const template of await templates()) {
      expect(template.replace(/\{\{[^{}]+\}\}/gu, '')).not.toMatch(/[{}]/u);
      expect(tokensOf(template).length).toBeGreaterThan(0);
    }
  });

  test('[F3 F6 D12 F9 F11] every token is a prefetch token of order-sign', async () => {
    for (const token of (await templates()).flatMap(tokensOf)) {
      expect(['context.patientId', 'context.userId']).toContain(token);
    }
  });

  test('[F15] no token rests on an optional member of the context', async () => {
    for (const template of await templates()) expect(template).not.toContain('encounterId');
  });

  test('[A16 F10] no template rests on the result of another one', async () => {
    for (const template of await templates()) expect(template).not.toContain('%');
  });

  test('[F7 F8] the searches use only the portable parameters', async () => {
    for (const { names } of await parameters()) {
      for (const name of names) expect(['patient', 'code', 'category', '_sort', '_count']).toContain(name);
    }
  });

  test('[F12 F13] sorting and counting are spelled as R4 spells them', async () => {
    for (const template of await templates()) {
      expect(template).not.toMatch(/sort:|_maxresults/u);
    }
  });

  test('[F14] no template repeats a parameter', async () => {
    for (const { names } of await parameters()) expect(new Set(names).size).toBe(names.length);
  });

  test('[F3] every search asks for the patient in context', async () => {
    for (const { template } of await parameters()) {
      expect(template).toContain('patient={{context.patientId}}');
    }
  });

  test('[E1] the published keys are those that clients were told', async () => {
    const { services } = await discover();
    expect(Object.keys(services[0]?.prefetch ?? {}).toSorted()).toEqual([
      'allergyIntolerances',
      'carePlans',
      'conditions',
      'coverage',
      'diagnosticReports',
      'goals',
      'medicationRequests',
      'medicationStatements',
      'observations',
      'patient',
      'procedures',
      'serviceRequests',
      'tasks',
    ]);
  });

  test('[F7] the observations are not narrowed by code or category', async () => {
    const { services } = await discover();
    for (const { prefetch } of services) expect(prefetch['observations']).not.toMatch(/code=|category=/u);
  });
});
