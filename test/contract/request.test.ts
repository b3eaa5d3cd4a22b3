import {
  answerableRequest,
  answerTo,
  assessmentOf,
  cardOf,
  cardsOf,
  draftOrder,
  issuesOf,
  minimalRequest,
  pathsOf,
  post,
  PROFILE,
  withContext,
  withoutIds,
  type Json,
} from './support';

function without(member: string): Json {
  const body: Json = { ...answerableRequest() };
  delete body[member];
  return body;
}

function withoutContext(member: string): Json {
  return withContext(answerableRequest(), { [member]: undefined });
}

describe('the envelope', () => {
  test('[C1] a POST with a JSON body is answered', async () => {
    expect((await post(answerableRequest())).status).toBe(200);
  });

  test.each(['hook', 'hookInstance', 'context'])(
    '[C2 C3 C8] a request without %s is refused',
    async (member) => {
      expect(pathsOf(await post(without(member)))).toEqual([member]);
    },
  );

  test.each(['userId', 'patientId', 'draftOrders'])(
    '[D1 D2 D4] a request without context.%s is refused',
    async (member) => {
      expect(pathsOf(await post(withoutContext(member)))).toEqual([`context.${member}`]);
    },
  );

  test('[C2 C3 C8] everything that is missing is named at once', async () => {
    expect(pathsOf(await post({}))).toEqual(['context', 'hook', 'hookInstance']);
  });

  test('[C2 D1 D2 D4] everything that is missing from an empty context is named at once', async () => {
    expect(pathsOf(await post({ context: {} }))).toEqual([
      'context.draftOrders',
      'context.patientId',
      'context.userId',
      'hook',
      'hookInstance',
    ]);
  });

  test.each([7, true, {}, [], null, '', '  '])('[C2 C3] %j is no hook and no hookInstance', async (value) => {
    const body = { ...answerableRequest(), hook: value, hookInstance: value };
    expect(pathsOf(await post(body))).toEqual(['hook', 'hookInstance']);
  });

  test.each([7, true, {}, [], null, ''])('[D1 D2] %j is no user and no patient', async (value) => {
    const body = withContext(answerableRequest(), { userId: value, patientId: value });
    expect(pathsOf(await post(body))).toEqual(['context.patientId', 'context.userId']);
  });

  test.each([7, 'context', [], null])('[C8] %j is no context', async (context) => {
    expect(pathsOf(await post({ ...answerableRequest(), context }))).toEqual(['context']);
  });

  test.each(['patient-view', 'order-select', 'Order-Sign'])(
    '[C2] the hook %s is refused by name',
    async (hook) => {
      const response = await post({ ...answerableRequest(), hook });
      expect(pathsOf(response)).toEqual(['hook']);
      expect(issuesOf(response, 400)[0]?.diagnostics).toContain('order-sign');
    },
  );

  test('[C2] a wrong hook is named beside what is missing', async () => {
    const body = { ...without('hookInstance'), hook: 'patient-view' };
    expect(pathsOf(await post(body))).toEqual(['hook', 'hookInstance']);
  });

  test.each([
    'D1577C69-DFBE-44AD-BA6D-3E05E953B2EA',
    'urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    'call 7',
  ])('[C3] the hookInstance %s is tolerated', async (hookInstance) => {
    expect(await answerTo({ ...answerableRequest(), hookInstance })).toEqual(
      await answerTo(answerableRequest()),
    );
  });

  test('[C4] a repeated invocation is answered again', async () => {
    expect(await answerTo(answerableRequest())).toEqual(await answerTo(answerableRequest()));
  });
});

describe('FHIR access', () => {
  const grant = {
    access_token: 'token',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'user/Observation.read user/Condition.rs',
    subject: 'nerve-block-cds',
  };
  const fhirServer = 'https://ehr.example/fhir';

  test('[C5] a grant without the server that it is for is refused', async () => {
    expect(pathsOf(await post({ ...answerableRequest(), fhirAuthorization: grant }))).toEqual(['fhirServer']);
  });

  test('[C6] a server without a grant changes nothing', async () => {
    expect(await answerTo({ ...answerableRequest(), fhirServer })).toEqual(
      await answerTo(answerableRequest()),
    );
  });

  test('[C6 E9] a server that may not be read gives no chart', async () => {
    expect(issuesOf(await post({ ...minimalRequest(), fhirServer }), 412)).toHaveLength(1);
  });

  test.each([
    ['whole', grant],
    ['without expires_in', { ...grant, expires_in: undefined }],
    ['with expires_in as a string', { ...grant, expires_in: '300' }],
    ['with token_type in small letters', { ...grant, token_type: 'bearer' }],
    ['for this patient', { ...grant, patient: 'pt1' }],
    ['for another patient', { ...grant, patient: 'somebody-else' }],
    ['without a token', { ...grant, access_token: undefined }],
  ])('[C7 C7a C7b C7c C7d C7e C7f] a grant %s is accepted', async (_name, fhirAuthorization) => {
    expect(await answerTo({ ...answerableRequest(), fhirServer, fhirAuthorization })).toEqual(
      await answerTo(answerableRequest()),
    );
  });
});

describe('what is optional', () => {
  test('[C9] a request without prefetch is told that the chart is missing', async () => {
    expect(issuesOf(await post(minimalRequest()), 412)[0]?.diagnostics).toMatch(/chart/u);
  });

  test.each([
    ['array', []],
    ['string', 'none'],
    ['number', 7],
  ])('[C9] a prefetch that is no object but %s is refused', async (_name, prefetch) => {
    expect(pathsOf(await post({ ...minimalRequest(), prefetch }))).toEqual(['prefetch']);
  });

  test('[C10 M3] unknown members anywhere are ignored', async () => {
    const unknown = { 'com.example.unknown': { deep: [1, { deeper: null }] } };
    const known = answerableRequest();
    const body = {
      ...known,
      unknown,
      extension: unknown,
      context: { ...known.context, unknown, extension: unknown, selections: ['ServiceRequest/sr1'] },
      prefetch: { ...known.prefetch, unknown, anotherKey: { resourceType: 'Bundle' } },
    };
    expect(await answerTo(body)).toEqual(await answerTo(known));
  });

  test.each([null, ''])('[C11] optional members of %j count as absent', async (nothing) => {
    const body = withContext(
      { ...answerableRequest(), fhirServer: nothing, fhirAuthorization: nothing, extension: nothing },
      { encounterId: nothing },
    );
    expect(await answerTo(body)).toEqual(await answerTo(answerableRequest()));
  });

  test('[C11] a prefetch of null counts as absent', async () => {
    const response = await post({ ...minimalRequest(), prefetch: null });
    expect(issuesOf(response, 412)).toEqual(issuesOf(await post(minimalRequest()), 412));
  });

  test.each([null, ''])('[C11] a profile of %j counts as absent', async (profile) => {
    const body = { ...answerableRequest(), extension: { [PROFILE]: profile } };
    expect(await answerTo(body)).toEqual(await answerTo(answerableRequest()));
  });

  test('[L1 L4] an extension that is an array is ignored', async () => {
    const body = { ...answerableRequest(), extension: [{ url: PROFILE, valueString: 'medicare-lcd' }] };
    expect(await answerTo(body)).toEqual(await answerTo(answerableRequest()));
  });
});

describe('who and whom', () => {
  test.each(['PractitionerRole/1', 'Practitioner/a-1.b', 'p1', 'https://ehr.example/fhir/Practitioner/p1'])(
    '[D1] the user %s is accepted',
    async (userId) => {
      expect(await answerTo(withContext(answerableRequest(), { userId }))).toEqual(
        await answerTo(answerableRequest()),
      );
    },
  );

  test('[D2] the prefix Patient/ is taken off the patient', async () => {
    const response = await post(withContext(answerableRequest(), { patientId: 'Patient/pt1' }));
    expect(withoutIds(cardsOf(response))).toEqual(await answerTo(answerableRequest()));
  });

  test('[D2 D9] a patient of nothing but the prefix is nobody', async () => {
    const order = draftOrder({ subject: undefined });
    const response = await post(withContext(answerableRequest(order), { patientId: 'Patient/' }));
    expect(pathsOf(response)).toEqual(['context.patientId']);
  });

  test('[D3] the encounter is optional', async () => {
    expect(await answerTo(withContext(answerableRequest(), { encounterId: 'e1' }))).toEqual(
      await answerTo(answerableRequest()),
    );
  });
});

describe('the profile', () => {
  test.each(['guideline', 'medicare-lcd'])('[L2] %s judges when the request asks for it', async (profile) => {
    const body = { ...answerableRequest(), extension: { [PROFILE]: profile } };
    expect(assessmentOf(cardOf(await post(body))).profile).toBe(profile);
  });

  test('[L2] without a word guideline judges', async () => {
    expect(assessmentOf(cardOf(await post(answerableRequest()))).profile).toBe('guideline');
  });

  test.each(['unheard-of', 'Guideline', 'constructor'])(
    '[L2] %s is refused with a list of the known ones',
    async (profile) => {
      const issues = issuesOf(await post({ ...answerableRequest(), extension: { [PROFILE]: profile } }), 400);
      expect(issues).toHaveLength(1);
      for (const known of ['guideline', 'medicare-lcd']) expect(issues[0]?.diagnostics).toContain(known);
    },
  );

  test.each([[7], [['guideline']], [{ name: 'guideline' }]])('[L2] %j is no name', async (profile) => {
    const issues = issuesOf(await post({ ...answerableRequest(), extension: { [PROFILE]: profile } }), 400);
    expect(issues[0]?.diagnostics).toContain('must be a string');
  });

  test('[L2] a profile that is nested deeper than anything can be written is refused', async () => {
    let nested: unknown = 'guideline';
    for (let i = 0; i < 5000; i += 1) nested = [nested];
    const issues = issuesOf(await post({ ...answerableRequest(), extension: { [PROFILE]: nested } }), 400);
    expect(issues).toHaveLength(1);
  });
});
