import { copied } from './copy';
import { el } from './dom';
import { curlLine } from './hook-request';
import { SERVICE, type Outcome } from './sign';

function copyButton(words: string, content: string, tell: (message: string) => void): HTMLElement {
  const copy = (): void => void copied(content).then(tell);
  return el('button', { type: 'button', click: copy }, words);
}

function block(title: string, content: string, copy: HTMLElement): HTMLElement {
  return el(
    'details',
    {},
    el('summary', {}, title),
    copy,
    el('pre', { tabindex: 0, 'aria-label': title, role: 'region' }, content),
  );
}

/** Request and answer as they went over the wire, and a command line that sends the same. */
export function rawPart(outcome: Outcome, tell: (message: string) => void): HTMLElement {
  const { request, body, status, milliseconds } = outcome;
  const sent = JSON.stringify(request, null, 2);
  const answered = body === undefined ? 'No answer.' : JSON.stringify(body, null, 2);
  const command = curlLine(location.origin + SERVICE, request);
  return el(
    'div',
    {},
    el('p', {}, `POST ${SERVICE}: ${status ?? 'no answer'} in ${milliseconds} ms`),
    block('Request', sent, copyButton('Copy request', sent, tell)),
    block('Answer', answered, copyButton('Copy answer', answered, tell)),
    block('Command line (curl)', command, copyButton('Copy command', command, tell)),
  );
}
