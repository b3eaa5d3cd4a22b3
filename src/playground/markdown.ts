import type { DOMPurify } from 'dompurify';
import type markdownIt from 'markdown-it';

/** Both come as plain scripts before the modules. */
declare const markdownit: typeof markdownIt;
declare const DOMPurify: DOMPurify;

const markdown = markdownit({ html: false, linkify: false });

/** Renders GitHub-flavoured Markdown from a card; whatever is no harmless markup is left out. */
export function rendered(source: string): DocumentFragment {
  return DOMPurify.sanitize(markdown.render(source), {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: { html: true },
  });
}
