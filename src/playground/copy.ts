/** Copies words, where the browser lets the page, and says what came of it. */
export async function copied(content: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(content);
    return 'Copied.';
  } catch {
    return 'The browser does not let the page copy; mark the text and copy it by hand.';
  }
}
