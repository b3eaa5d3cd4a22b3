import { examination } from './examination';
import { functionScore, painScore } from './baseline';
import { activeCare, careResult, drugTrial } from './conservative-care';
import { diagnosis, painDuration } from './diagnosis';
import { earlierRelief, lastBlock, reliefTrend, sessionCount } from './earlier-relief';
import type { FactDefinition } from './fact';
import {
  addOn,
  bilateralCoding,
  diagnosticPurpose,
  excludedPairs,
  guidance,
  levelCount,
  orderLevel,
  orderRegion,
  orderSide,
  reasonCodes,
  sessionMix,
  unitCount,
} from './order-coding';
import { levelEvidence, regionalFinding, rootConcordance, rootSpecificity } from './root-evidence';
import {
  antiangiogenic,
  anticoagulation,
  coagulation,
  consent,
  infection,
  injectateAllergy,
  lifeExpectancy,
  pregnancy,
  redFlag,
  sedation,
  spineAnatomy,
} from './safety';
import { symptomSide } from './symptom-side';

/** Every fact that a criterion can name as `%name.field`. */
export const FACTS = {
  diagnosis,
  painDuration,
  activeCare,
  drugTrial,
  careResult,
  examination,
  regionalFinding,
  rootConcordance,
  levelEvidence,
  rootSpecificity,
  painScore,
  functionScore,
  earlierRelief,
  lastBlock,
  sessionCount,
  reliefTrend,
  symptomSide,
  infection,
  coagulation,
  anticoagulation,
  consent,
  antiangiogenic,
  lifeExpectancy,
  spineAnatomy,
  injectateAllergy,
  pregnancy,
  sedation,
  redFlag,
  orderRegion,
  orderSide,
  orderLevel,
  addOn,
  sessionMix,
  guidance,
  unitCount,
  bilateralCoding,
  reasonCodes,
  excludedPairs,
  diagnosticPurpose,
  levelCount,
} as const satisfies Readonly<Record<string, FactDefinition>>;
