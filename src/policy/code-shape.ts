import type { CodeSystem } from './code-systems';

/** How each system writes its codes, and what every code begins with that is written as a prefix. */
const WRITTEN: Readonly<Record<CodeSystem, { readonly code: RegExp; readonly prefix: RegExp }>> = {
  icd10cm: {
    code: /^[A-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})?$/u,
    prefix: /^[A-Z](?:\d(?:[0-9AB](?:\.[0-9A-Z]{0,4})?)?)?$/u,
  },
  snomed: { code: /^[1-9]\d{5,17}$/u, prefix: /^\d+$/u },
  loinc: { code: /^\d{1,7}-\d$/u, prefix: /^\d+$/u },
  cpt: { code: /^\d{4}[0-9FTU]$/u, prefix: /^\d+$/u },
  hcpcs: { code: /^[A-V]\d{4}$/u, prefix: /^[A-V]\d*$/u },
  rxnorm: { code: /^[1-9]\d{0,7}$/u, prefix: /^\d+$/u },
  atc: { code: /^[A-Z]\d{2}[A-Z]{2}\d{2}$/u, prefix: /^[A-Z](?:\d{2}(?:[A-Z]{1,2})?)?$/u },
  medicationStatusReason: { code: /^[a-z]+(?:-[a-z]+)*$/u, prefix: /^[a-z][a-z-]*$/u },
  local: { code: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u, prefix: /^[a-z][a-z0-9-]*$/u },
};

/** The dihedral group by which Verhoeff's check digit is formed, row by row. */
const PRODUCT =
  '0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210';
const PERMUTED = '01234567891576283094580379614289160435279453126870428657390127938064157046913258';

/** Whether the last digit goes with the others, as SNOMED CT numbers its concepts (Verhoeff). */
function hasVerhoeffDigit(code: string): boolean {
  let check = 0;
  code
    .split('')
    .toReversed()
    .forEach((digit, i) => {
      const permuted = Number(PERMUTED[(i % 8) * 10 + Number(digit)]);
      check = Number(PRODUCT[check * 10 + permuted]);
    });
  return check === 0;
}

/** Whether the digit after the hyphen goes with those before it, as LOINC numbers its terms (mod 10). */
function hasLuhnDigit(code: string): boolean {
  const digits = code.replace('-', '').split('').toReversed().map(Number);
  const sum = digits.reduce((total, digit, i) => {
    const doubled = i % 2 === 0 ? digit : digit * 2;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** What is wrong with how a code, or what codes begin with, is written; undefined for nothing. */
export function codeMistake(
  system: CodeSystem,
  { code, prefix }: { readonly code?: string | undefined; readonly prefix?: string | undefined },
): string | undefined {
  if (prefix !== undefined && !WRITTEN[system].prefix.test(prefix))
    return `no code of ${system} begins with "${prefix}"`;
  if (code === undefined) return undefined;
  if (!WRITTEN[system].code.test(code)) return `"${code}" is not how a code of ${system} is written`;
  const isWhole =
    (system !== 'snomed' || hasVerhoeffDigit(code)) && (system !== 'loinc' || hasLuhnDigit(code));
  return isWhole ? undefined : `"${code}" is no ${system} code: its last digit does not go with the others`;
}
