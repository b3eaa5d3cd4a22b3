import type { Side } from './side';
import { levelName, type SpineLevel } from './spine-level';

/** A side and levels as far as they are known: `left L4-5`, `bilateral L5-S1`, `C4-5`. */
export function placeWords(side: Side | undefined, levels: readonly SpineLevel[]): string {
  const sideWord = side === 'both' ? 'bilateral' : side;
  return [sideWord, ...levels.map(levelName)].filter((part) => part !== undefined).join(' ');
}
