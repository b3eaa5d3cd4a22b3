import { activeCare } from './active-care';
import { addOn } from './add-on';
import { anticoagulation } from './anticoagulation';
import { functionScore, painScore } from './baseline';
import { careResult } from './care-result';
import { coagulation } from './coagulation';
import { consent } from './consent';
import { movementLimit, neuralgiaFeatures, triggerPointFindings } from './counted-findings';
import { diagnosis } from './diagnosis';
import { adjuvantTrial, drugTrial, preventiveTrial, trigeminalTrial } from './drug-trial';
import { earlierRelief, lastBlock, reliefTrend } from './earlier-relief';
import { examination, facetExamination, neurologicExamination } from './examination';
import {
  ablationSupport,
  earlierAblation,
  failedBlocks,
  firstBlockRelief,
  therapeuticSupport,
} from './facet-blocks';
import { functionalGoal, neuropathicPain, psychosocialScreen } from './facet-documentation';
import { facetPurpose } from './facet-purpose';
import { ablationPlan, ablationReason, diagnosticInterval, therapeuticRepeat } from './facet-staging';
import type { FactDefinition } from './fact';
import { functionGain } from './function-gain';
import { blockIntent, headache, standingSeries } from './headache';
import { imagingAge } from './imaging-age';
import { infection } from './infection';
import { legPain } from './leg-pain';
import { levelEvidence } from './level-evidence';
import { namedNerve, siteCount } from './named-nerve';
import { ongoingProgram } from './ongoing-program';
import { opioidDose } from './opioid-dose';
import { bilateralCoding, diagnosticPurpose, orderLevel, orderRegion, orderSide } from './order-statements';
import { bleedingRisk, evidenceStance, orderedCode } from './ordered-code';
import { otherCause } from './other-cause';
import { chronicPain, painDuration } from './pain-duration';
import { patientSelection } from './patient-selection';
import { facetCyst, radicularSigns, radiculopathy } from './radiculopathy';
import { excludedPairs, reasonCodes } from './reason-codes';
import { redFlag } from './red-flag';
import { regionalFinding, rootSpecificity } from './regional-finding';
import {
  alteredAnatomy,
  antiangiogenicDrug,
  injectateAllergy,
  limitedLifeExpectancy,
  pregnancy,
} from './relative-cautions';
import { rootContact } from './root-contact';
import { rootConcordance } from './root-concordance';
import { sedation } from './sedation';
import { guidance, levelCount, sessionMix, unitCount } from './session-coding';
import { facetSessions, sessionCount, siteBlocks } from './session-count';
import { symptomSide } from './symptom-side';
import { injectionGuidance, muscleCount } from './trigger-point-coding';

/** Every fact that a criterion can name as `%name.field`. */
export const FACTS = {
  ablationPlan,
  evidenceStance,
  functionGain,
  imagingAge,
  legPain,
  rootContact,
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
  chronicPain,
  neurologicExamination,
  facetExamination,
  otherCause,
  radiculopathy,
  facetCyst,
  radicularSigns,
  neuropathicPain,
  adjuvantTrial,
  psychosocialScreen,
  functionalGoal,
  facetPurpose,
  firstBlockRelief,
  diagnosticInterval,
  therapeuticSupport,
  therapeuticRepeat,
  ablationReason,
  failedBlocks,
  ablationSupport,
  earlierAblation,
  facetSessions,
  opioidDose,
  headache,
  blockIntent,
  standingSeries,
  neuralgiaFeatures,
  preventiveTrial,
  trigeminalTrial,
  patientSelection,
  namedNerve,
  siteBlocks,
  siteCount,
  triggerPointFindings,
  movementLimit,
  ongoingProgram,
  muscleCount,
  injectionGuidance,
  orderedCode,
  bleedingRisk,
} as const satisfies Readonly<Record<string, FactDefinition>>;
