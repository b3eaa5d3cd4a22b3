import { attachedText } from '../../src/playground/attached-text';

function documentWith(contentType: string, words: string) {
  const data = Buffer.from(words, 'utf8').toString('base64');
  return { resourceType: 'DocumentReference', content: [{ attachment: { contentType, data } }] };
}

test('the text of a letter is read as it was written', () => {
  expect(attachedText(documentWith('text/plain; charset=utf-8', 'INR ≥ 1.5 — paused'))).toBe(
    'INR ≥ 1.5 — paused',
  );
});

test.each([
  ['a picture', documentWith('image/png', 'x')],
  ['a document without a text', { resourceType: 'DocumentReference', content: [{ attachment: {} }] }],
  ['another resource', { resourceType: 'Observation' }],
])('%s has none', (_name, resource) => {
  expect(attachedText(resource)).toBeUndefined();
});
