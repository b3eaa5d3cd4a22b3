import { Fhir } from 'fhir';
import { policyData } from '../support/service-for-test';
import { answerEveryCase, EVERY_CASE_MS, type Answered } from './every-scenario';
import {
  answerableRequest,
  assessmentOf,
  bundleOf,
  cardOf,
  chartRequest,
  CPT,
  draftOrder,
  post,
  SNOMED,
  UUID,
  withContext,
  type Action,
  type Card,
  type Json,
  type Suggestion,
} from './support';

const fhir = new Fhir();

function codeOf(...codes: readonly string[]): Json {
  return { coding: codes.map((code) => ({ system: CPT, code })), text: codes.join(' and ') };
}

/** Orders that bring every kind of suggestion. */
const PROVOKING: readonly (readonly [string, ReturnType<typeof chartRequest>])[] = [
  'guideline',
  'medicare-lcd',
].flatMap((profile) => [
  provoking('no side', { bodySite: null }, profile),
  provoking('an add-on alone', { code: codeOf('64484') }, profile),
  provoking('a code of another region', { code: codeOf('64479') }, profile),
  provoking('two codes of another region', { code: codeOf('64479', '64480') }, profile),
  provoking('an add-on of another region', { code: codeOf('64480') }, profile),
  provoking('a level without evidence', { note: [{ text: 'L2-3, fluoroscopy' }] }, profile),
  provoking('an add-on beside another procedure', { code: codeOf('64484', '72148') }, profile),
]);

function provoking(name: string, members: Json, profile: string) {
  const kept = {
    supportingInfo: [{ reference: 'DiagnosticReport/base-lumbar-mri' }],
    extension: [{ url: 'https://ehr.example/ext', valueString: 'kept' }],
    insurance: [{ reference: 'Coverage/c1' }],
  };
  const orders = { change: { 'ServiceRequest/order-64483': { ...kept, ...members } } };
  return [`${name} (${profile})`, chartRequest('base-lumbar', { profile, orders })] as const;
}

interface Proposed {
  readonly name: string;
  readonly drafts: readonly Json[];
  readonly card: Card;
  readonly suggestion: Suggestion;
}

let proposed: readonly Proposed[] = [];

beforeAll(async () => {
  const provoked: Answered[] = [];
  for (const [name, body] of PROVOKING) {
    const card = cardOf(await post(body));
    provoked.push({ name, body, answer: {}, cards: [card] });
  }
  proposed = [...(await answerEveryCase()), ...provoked].flatMap(({ name, body, cards }) =>
    cards.flatMap((card) =>
      (card.suggestions ?? []).map((suggestion) => ({
        name: `${name}: ${suggestion.label}`,
        drafts: body.context.draftOrders.entry.map(({ resource }) => resource),
        card,
        suggestion,
      })),
    ),
  );
}, EVERY_CASE_MS);

/** Suggestions, by name, for which something does not hold. */
function namesWhere(fails: (item: Proposed) => boolean): string[] {
  return proposed.filter(fails).map(({ name }) => name);
}

function actionsOf(type: string): { name: string; action: Action; drafts: readonly Json[] }[] {
  const found = proposed.flatMap(({ name, suggestion, drafts }) =>
    (suggestion.actions ?? []).flatMap((action) => (action.type === type ? [{ name, action, drafts }] : [])),
  );
  if (found.length === 0) throw new Error(`no suggestion has an action of the type ${type}`);
  return found;
}

function draftOf(resource: Json | undefined, drafts: readonly Json[]): Json | undefined {
  return drafts.find(
    (draft) => draft['resourceType'] === resource?.['resourceType'] && draft['id'] === resource?.['id'],
  );
}

function changedMembers(before: Json, after: Json): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

function cptCodes(resource: Json | undefined): string[] {
  const { coding } = (resource?.['code'] ?? {}) as { coding?: readonly Json[] };
  return (coding ?? []).filter(({ system }) => system === CPT).map(({ code }) => String(code));
}

function problemsOf(resource: Json | undefined): string[] {
  const { messages } = fhir.validate(resource ?? {}, { errorOnUnexpected: true });
  return messages
    .filter(({ severity }) => ['error', 'fatal'].includes(String(severity)))
    .map(({ location, message }) => `${location}: ${message}`);
}

describe('suggestions', () => {
  test('[I7a] the cases bring creates, updates and deletes, and no other action', () => {
    const types = new Set(
      proposed.flatMap(({ suggestion }) => suggestion.actions ?? []).map(({ type }) => type),
    );
    expect([...types].toSorted()).toEqual(['create', 'delete', 'update']);
  });

  test('[I1] every suggestion has a label in one line', () => {
    expect(namesWhere(({ suggestion }) => !/^\S.*$/u.test(suggestion.label))).toEqual([]);
  });

  test('[I1] the suggestions of a card have different labels', () => {
    const isRepeated = ({ card }: Proposed): boolean => {
      const labels = (card.suggestions ?? []).map(({ label }) => label);
      return new Set(labels).size < labels.length;
    };
    expect(namesWhere(isRepeated)).toEqual([]);
  });

  test('[I2] every suggestion has a UUID', () => {
    expect(namesWhere(({ suggestion }) => !UUID.test(suggestion.uuid))).toEqual([]);
  });

  test('[I3] at most one suggestion of a card is recommended', () => {
    const isUndecided = ({ card }: Proposed): boolean =>
      card.selectionBehavior === 'at-most-one' &&
      (card.suggestions ?? []).filter(({ isRecommended }) => isRecommended === true).length > 1;
    expect(namesWhere(isUndecided)).toEqual([]);
    expect(namesWhere(({ suggestion }) => suggestion.isRecommended === false)).toEqual([]);
  });

  test('[I4] every suggestion does something', () => {
    expect(namesWhere(({ suggestion }) => (suggestion.actions ?? []).length === 0)).toEqual([]);
  });

  test('[I5] no suggestion asks the client to choose among its actions', () => {
    expect(namesWhere(({ suggestion }) => 'actionSelectionBehavior' in suggestion)).toEqual([]);
  });

  test('[I7b] every action says in words what it does', () => {
    const isSilent = ({ description }: Action): boolean => !/^\S.*$/u.test(description);
    expect(namesWhere(({ suggestion }) => (suggestion.actions ?? []).some(isSilent))).toEqual([]);
  });

  test('[I6] no suggestion changes one order twice', () => {
    const touchesTwice = ({ suggestion }: Proposed): boolean => {
      const touched = (suggestion.actions ?? []).flatMap(
        ({ resource, resourceId }) => resourceId ?? resource?.['id'] ?? [],
      );
      return new Set(touched).size < touched.length;
    };
    expect(namesWhere(touchesTwice)).toEqual([]);
  });
});

describe('updates', () => {
  test('[I7d] an update is of a draft of the request, by type and id', () => {
    for (const { action, drafts } of actionsOf('update')) {
      expect(draftOf(action.resource, drafts)).toBeDefined();
      expect(action).not.toHaveProperty('resourceId');
    }
  });

  test('[I7d] an update changes one member and carries all others as they came', () => {
    for (const { name, action, drafts } of actionsOf('update')) {
      const changed = changedMembers(draftOf(action.resource, drafts) ?? {}, action.resource ?? {});
      expect([name, changed]).toEqual([
        name,
        [
          expect.stringMatching(
            /^(?:code|bodySite|orderDetail|note|occurrence\w+|reasonCode|supportingInfo)$/u,
          ),
        ],
      ]);
    }
  });

  test('[I7d] a site or a modifier is added behind those that the draft has', () => {
    // Where two sides are named, the other one has to go.
    const adding = actionsOf('update').filter(({ name }) => !name.includes('side everywhere'));
    expect(adding.length).toBeGreaterThan(0);
    for (const { action, drafts } of adding) {
      const draft = draftOf(action.resource, drafts) ?? {};
      for (const member of ['bodySite', 'orderDetail']) {
        const before = (draft[member] ?? []) as readonly Json[];
        const after = (action.resource?.[member] ?? []) as readonly Json[];
        expect(after.slice(0, before.length)).toEqual(before);
        expect(after.length - before.length).toBeLessThanOrEqual(1);
      }
    }
  });

  test('[I7d] a changed code keeps the other codings of the draft', () => {
    for (const { action, drafts } of actionsOf('update')) {
      const before = cptCodes(draftOf(action.resource, drafts));
      const after = cptCodes(action.resource);
      const ofNerves = policyData.nerves.flatMap(({ code: own }) => own ?? []);
      const ours = [...policyData.procedures.keys(), ...ofNerves];
      expect(after.filter((code) => !ours.includes(code))).toEqual(
        before.filter((code) => !ours.includes(code)),
      );
      expect(after.length).toBeGreaterThan(0);
    }
  });

  test('[I7d I9] an updated order is valid FHIR R4', () => {
    expect(actionsOf('update').flatMap(({ action }) => problemsOf(action.resource))).toEqual([]);
  });
});

describe('creates', () => {
  test('[I7c I9] a created order is complete and valid FHIR R4', () => {
    expect(actionsOf('create').flatMap(({ action }) => problemsOf(action.resource))).toEqual([]);
  });

  /** The procedures that were ordered too few, as against tests, therapy and tasks that come first. */
  const procedures = () =>
    actionsOf('create').filter(({ action }) =>
      cptCodes(action.resource).some((code) => policyData.procedures.has(code)),
    );

  const isDocument = ({ resource }: Action): boolean => resource?.['resourceType'] === 'DocumentReference';

  test('[I7c I9] a letter is a preliminary document of the patient, in plain text', () => {
    const letters = actionsOf('create').filter(({ action }) => isDocument(action));
    expect(letters.length).toBeGreaterThan(0);
    for (const { action, drafts } of letters) {
      expect(action.resource).toMatchObject({
        status: 'current',
        docStatus: 'preliminary',
        subject: drafts[0]?.['subject'],
        content: [{ attachment: { contentType: 'text/plain; charset=utf-8' } }],
      });
      expect(action.resource).not.toHaveProperty('id');
      const data = /"data":"([^"]+)"/u.exec(JSON.stringify(action.resource))?.[1] ?? '';
      expect(Buffer.from(data, 'base64').toString('utf8')).toMatch(/^LETTER OF MEDICAL NECESSITY/u);
    }
  });

  test('[I7c I9] what is created is a draft for the patient, with one code and without an id', () => {
    expect(actionsOf('create').length).toBeGreaterThan(procedures().length);
    const orders = actionsOf('create').filter(({ action }) => !isDocument(action));
    for (const { action, drafts } of orders) {
      const { resourceType, subject, for: patient, code } = action.resource ?? {};
      expect(action.resource).toMatchObject({
        resourceType: expect.stringMatching(/^(?:ServiceRequest|Task)$/u),
        status: 'draft',
        intent: expect.stringMatching(/^(?:order|proposal|plan)$/u),
      });
      expect(resourceType === 'Task' ? patient : subject).toEqual(drafts[0]?.['subject']);
      expect((code as { coding: unknown[] }).coding).toHaveLength(1);
      expect(action.resource).not.toHaveProperty('id');
      expect(action).not.toHaveProperty('resourceId');
    }
  });

  test('[I7c] a created procedure is for the same visit and reason as the one it stands beside', () => {
    expect(procedures().length).toBeGreaterThan(0);
    for (const { action, drafts } of procedures()) {
      const beside = drafts.filter((draft) =>
        ['occurrenceDateTime', 'reasonCode'].every(
          (name) => JSON.stringify(draft[name]) === JSON.stringify(action.resource?.[name]),
        ),
      );
      expect(beside).not.toEqual([]);
    }
  });

  test('[I7c D9] a created order names the patient in context when the draft names nobody', async () => {
    const order = draftOrder({ subject: undefined, code: codeOf('64484') });
    const { suggestions } = cardOf(await post(answerableRequest(order)));
    const created = (suggestions ?? [])
      .flatMap(({ actions }) => actions ?? [])
      .filter(({ type }) => type === 'create');
    expect(created.map(({ resource }) => resource?.['subject'])).toEqual([{ reference: 'Patient/pt1' }]);
  });
});

describe('deletes', () => {
  test('[I7e I7f] a delete names a draft of the request and carries no resource', () => {
    for (const { action, drafts } of actionsOf('delete')) {
      const references = drafts.map(({ resourceType, id }) => `${String(resourceType)}/${String(id)}`);
      expect(references).toContain(action.resourceId);
      expect(action).not.toHaveProperty('resource');
    }
  });
});

describe('an order without an id', () => {
  test.each([
    ['a side to add', {}],
    ['an add-on alone', { code: codeOf('64484') }],
    ['the code of another region', { code: codeOf('64479'), note: [{ text: 'L4-5' }] }],
  ])('[I7g] with %s gets no update and no delete', async (_name, members) => {
    const change = async (id: string | undefined): Promise<string[]> => {
      const entry = [{ fullUrl: 'urn:uuid:5', resource: draftOrder({ ...members, id }) }];
      const body = withContext(answerableRequest(), { draftOrders: { ...bundleOf(), entry } });
      return (cardOf(await post(body)).suggestions ?? [])
        .flatMap(({ actions }) => actions ?? [])
        .map(({ type }) => type)
        .filter((type) => type !== 'create');
    };
    expect(await change('sr1')).not.toEqual([]);
    expect(await change(undefined)).toEqual([]);
  });
});

describe('the promise of a suggestion', () => {
  /** The request after the CDS Client has applied the suggestion to its drafts. */
  function applied(body: ReturnType<typeof chartRequest>, { actions }: Suggestion) {
    let drafts = body.context.draftOrders.entry.map(({ resource }) => resource);
    for (const { type, resource, resourceId } of actions ?? []) {
      if (type === 'create') drafts = [...drafts, { ...resource, id: `new-${drafts.length}` }];
      if (type === 'delete')
        drafts = drafts.filter((draft) => `ServiceRequest/${String(draft['id'])}` !== resourceId);
      if (type === 'update')
        drafts = drafts.map((draft) => (draft['id'] === resource?.['id'] ? { ...resource } : draft));
    }
    return withContext(body, { draftOrders: bundleOf(...drafts) });
  }

  test.each(PROVOKING.map(([name, body]) => [name, body] as const))(
    '[I6] applied to %s, every suggestion leaves no new coding issue and is not made again',
    async (_name, body) => {
      const before = cardOf(await post(body));
      const codingIssues = (cards: readonly Card[]): string[] =>
        cards
          .flatMap((card) => assessmentOf(card).criteria)
          .filter(({ severity, status }) => severity === 'coding' && status === 'not-met')
          .map(({ id }) => id);
      for (const suggestion of before.suggestions ?? []) {
        const { cards } = (await post(applied(body, suggestion))).body as { cards: readonly Card[] };
        const labels = cards.flatMap(({ suggestions }) => (suggestions ?? []).map(({ label }) => label));
        expect(labels).not.toContain(suggestion.label);
        for (const id of codingIssues(cards)) expect(codingIssues([before])).toContain(id);
      }
    },
  );

  test('[I7d] the recommended side is the one that the evidence names', async () => {
    const orders = { change: { 'ServiceRequest/order-64483': { bodySite: null } } };
    const { suggestions } = cardOf(await post(chartRequest('base-lumbar', { orders })));
    const recommended = (suggestions ?? []).filter(({ isRecommended }) => isRecommended);
    const sites = recommended.flatMap(({ actions }) =>
      (actions ?? []).map(({ resource }) => resource?.['bodySite']),
    );
    expect(sites).toEqual([[{ coding: [expect.objectContaining({ system: SNOMED, code: '7771000' })] }]]);
  });
});
