import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Router, type Request, type Response } from 'express';
import MarkdownIt from 'markdown-it';
import { notAllowed, problem } from '../problem';
import { htmlDocument } from './html-document';
import { POLICIES_PATH } from './policies-path';

/** The heading's words as they stand in an address. */
function anchorOf(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .replace(/^-|-$/gu, '');
}

/** Renders the pages as they are reviewed: criteria and headings can be pointed at. */
function renderer(): MarkdownIt.MarkdownIt {
  const markdown = new MarkdownIt({ html: false });
  const heading: MarkdownIt.RendererRule = (tokens, i, options, _env, self) => {
    tokens[i]?.attrSet('id', anchorOf(tokens[i + 1]?.content ?? ''));
    return self.renderToken(tokens, i, options);
  };
  markdown.renderer.rules['heading_open'] = heading;
  return markdown;
}

/** A page of the policy folder as HTML; links between the pages lead to the addresses below. */
function pageOf(text: string, markdown: MarkdownIt.MarkdownIt): string {
  const [, title = ''] = /^# (.*)$/mu.exec(text) ?? [];
  const body = markdown
    .render(text)
    .replaceAll('href="../README.md"', `href="${POLICIES_PATH}"`)
    .replace(/href="([a-z0-9-]+)\/README\.md"/gu, `href="${POLICIES_PATH}/$1"`)
    // A criterion's row can be pointed at: /policies/facet-joint#FJ-CC
    .replace(/<tr>\n<td><strong>([A-Z]+-[A-Z0-9]+)<\/strong>/gu, '<tr id="$1">\n<td><strong>$1</strong>');
  return htmlDocument(title, body);
}

/** A page as it lay in the folder at the start; it is rendered when somebody first asks for it. */
function pageIn(folder: string, markdown: MarkdownIt.MarkdownIt): () => string | undefined {
  const file = join(folder, 'README.md');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  let page: string | undefined;
  return () => (page ??= text === undefined ? undefined : pageOf(text, markdown));
}

/** `GET /policies` and `GET /policies/{id}`: the pages that a reviewer reads, as they lie in the policy folder. */
export function pageRoutes(folder: string, policies: readonly string[]): Router {
  const markdown = renderer();
  const index = pageIn(join(folder, 'policies'), markdown);
  const pages = new Map(policies.map((id) => [id, pageIn(join(folder, 'policies', id), markdown)]));
  const send = (response: Response, page: string | undefined): void => {
    if (page === undefined) throw problem(404, 'not-found', 'There is no such policy page.');
    response.type('html').send(page);
  };
  const only = notAllowed('GET, HEAD, OPTIONS');
  const router = Router();
  router
    .route(POLICIES_PATH)
    .get((_request: Request, response: Response) => send(response, index()))
    .all(only);
  router
    .route(`${POLICIES_PATH}/:id`)
    .get((request: Request, response: Response) =>
      send(response, pages.get(String(request.params['id']))?.()),
    )
    .all(only);
  return router;
}
