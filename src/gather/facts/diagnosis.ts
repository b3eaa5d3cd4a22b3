import { listed } from '../readings/evidence';
import { defineFact } from './fact';
import {
  type Stated,
  confirmed,
  excludedReasons,
  ofOrder,
  ofProblemList,
  supportedSets,
} from '../readings/diagnoses';

/** Whether the diagnosis is one that the policy supports: the order's coded reasons first, then the problem list. */
export const diagnosis = defineFact({
  fields: ['supported', 'zoster'],
  findings: [
    'stated',
    'on-problem-list',
    'excluded-stated',
    'excluded-on-list',
    'disagree',
    'possible',
    'none',
  ],
  words: ['diagnosis', 'other', 'wanted'],
  read(context) {
    const sets = supportedSets(context);
    const excluded = context.policy.excludedDiagnoses(context.profile);
    const wanted = context.policy.diagnosesCalled(context.profile);
    const { unread } = context.select('conditions');
    const zosterSet = context.policyData.valueSet('zoster-diagnoses');
    const isZoster = (stated: Stated): boolean => zosterSet.memberOf(stated.concept) !== undefined;

    const allStated = ofOrder(context, sets);
    const stated = allStated[0];
    if (stated) {
      return {
        finding: 'stated',
        fields: { supported: true, zoster: allStated.some(isZoster) },
        words: { diagnosis: stated.name },
        evidence: [stated.evidence],
      };
    }
    const onList = ofProblemList(context, sets);
    const allSure = confirmed(onList);
    const sure = allSure[0];
    const allExcluded = excludedReasons(context);
    const statedExcluded = allExcluded[0];
    if (statedExcluded) {
      const words = { diagnosis: listed(allExcluded.map(({ name }) => name)), wanted };
      if (sure) {
        return {
          finding: 'disagree',
          fields: { supported: undefined },
          words: { ...words, other: sure.name },
          evidence: [statedExcluded.evidence, sure.evidence],
        };
      }
      const supported = unread.length > 0 || onList.length > 0 ? undefined : false;
      return {
        finding: 'excluded-stated',
        fields: { supported },
        words,
        evidence: [statedExcluded.evidence],
        unread,
      };
    }
    if (sure) {
      return {
        finding: 'on-problem-list',
        fields: { supported: true, zoster: allSure.some(isZoster) },
        words: { diagnosis: sure.name },
        evidence: [sure.evidence],
      };
    }
    const possible = onList[0];
    if (possible) {
      return {
        finding: 'possible',
        fields: {},
        words: { diagnosis: possible.name },
        evidence: [possible.evidence],
        unread,
      };
    }
    const listedExcluded = confirmed(ofProblemList(context, excluded))[0];
    if (listedExcluded) {
      const supported = unread.length > 0 ? undefined : false;
      return {
        finding: 'excluded-on-list',
        fields: { supported },
        words: { diagnosis: listedExcluded.name, wanted },
        evidence: [listedExcluded.evidence],
        unread,
      };
    }
    return { finding: 'none', fields: {}, words: { wanted }, unread };
  },
});
