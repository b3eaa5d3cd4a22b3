import { addOn } from './add-on';
import { anticoagulation } from './anticoagulation';
import { functionScore, painScore } from './baseline';
import { coagulation } from './coagulation';
import { consent } from './consent';
import { activeCare } from './active-care';
import { careResult } from './care-result';
import { drugTrial } from './drug-trial';
import { diagnosis } from './diagnosis';
import { painDuration } from './pain-duration';
import { earlierRelief, lastBlock, reliefTrend, sessionCount } from './earlier-relief';
import { examination } from './examination';
import type { FactDefinition } from './fact';
import { infection } from './infection';
import { bilateralCoding, diagnosticPurpose, orderLevel, orderRegion, orderSide } from './order-statements';
import { excludedPairs, reasonCodes } from './reason-codes';
import { redFlag } from './red-flag';
import {
  alteredAnatomy,
  antiangiogenicDrug,
  injectateAllergy,
  limitedLifeExpectancy,
  pregnancy,
} from './relative-cautions';
import { levelEvidence } from './level-evidence';
import { regionalFinding, rootSpecificity } from './regional-finding';
import { rootConcordance } from './root-concordance';
import { sedation } from './sedation';
import { guidance, levelCount, sessionMix, unitCount } from './session-coding';
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
  antiangiogenicDrug,
  limitedLifeExpectancy,
  alteredAnatomy,
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
