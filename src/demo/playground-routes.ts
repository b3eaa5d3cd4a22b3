import { join } from 'node:path';
import express, { Router } from 'express';
import { contentSecurityPolicy } from 'helmet';
import { codingsOf } from '../fhir/read';
import type { PolicyData } from '../policy/policy-data';
import { notAllowed, problem } from '../problem';
import { timelineOf } from './chart-timeline';
import { patientName, type DemoCase } from './demo-cases';
import { playgroundVocabulary } from './playground-vocabulary';

const ROOT = join(__dirname, '..', '..');
const PAGE = join(ROOT, 'src', 'playground');
const PACKAGES = join(ROOT, 'node_modules');
const MODULES = join(ROOT, 'dist', 'browser');

/** The libraries that the page loads, as their packages hold them. */
const LIBRARIES: Readonly<Record<string, string>> = {
  'markdown-it.js': 'markdown-it/dist/browser/markdown-it.umd.min.js',
  'purify.js': 'dompurify/dist/purify.min.js',
};

/** Nothing inline and nothing from elsewhere; without TLS of its own the service asks for no upgrade. */
const ownOnly = contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    imgSrc: ["'self'", 'data:'],
    objectSrc: ["'none'"],
  },
});

function summaryOf({ id, name, source, chart, orders }: DemoCase) {
  return {
    id,
    name,
    ...(source && { source }),
    patient: patientName(chart),
    codes: orders.flatMap(({ code }) => codingsOf(code).map((coding) => coding.code)),
  };
}

/** The page on which a visitor signs orders and sees the cards, and what it is drawn from. */
export function playgroundRoutes(cases: readonly DemoCase[], policyData: PolicyData): Router {
  const summaries = cases.map(summaryOf);
  const vocabulary = playgroundVocabulary(policyData);
  const router = Router();
  router.use(['/playground', /^\/$/u], ownOnly);
  router
    .route('/')
    .get((_request, response) => {
      response.sendFile('index.html', { root: PAGE });
    })
    .all(notAllowed('GET, HEAD, OPTIONS'));
  router.get('/playground/cases', (_request, response) => {
    response.json(summaries);
  });
  router.get('/playground/cases/:id', (request, response) => {
    const found = cases.find(({ id }) => id === request.params.id);
    if (!found) throw problem(404, 'not-found', 'There is no such case.');
    response.json({ ...found, timeline: timelineOf(found, policyData) });
  });
  router.get('/playground/vocabulary', (_request, response) => {
    response.json(vocabulary);
  });
  router.get('/playground/playground.css', (_request, response) => {
    response.sendFile('playground.css', { root: PAGE });
  });
  router.get('/playground/lib/:name', (request, response, next) => {
    const { name } = request.params;
    const file = Object.hasOwn(LIBRARIES, name) ? LIBRARIES[name] : undefined;
    if (file === undefined) next();
    else response.sendFile(file, { root: PACKAGES });
  });
  // Modules import each other without an extension, as everywhere in the repository.
  router.use('/playground/modules', express.static(MODULES, { extensions: ['js'], redirect: false }));
  return router;
}
