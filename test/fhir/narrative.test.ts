import { states, statementsOf } from '../../src/fhir/narrative';

const STENOSIS = /\b(?:stenosis|protrusion|radiculopathy)\b/iu;

test.each([
  'Moderate stenosis at L4-5.',
  'Left protrusion, no stenosis.',
  'No fracture. Foraminal stenosis on the left.',
  'No canal stenosis, but a protrusion at L5-S1.',
  'Transitional anatomy, no fracture, protrusion at L3-4',
  'At L4-5, there is a disc protrusion.',
])('"%s" states a finding', (text) => {
  expect(states(text, STENOSIS)).toBe(true);
});

test.each([
  'No evidence of radiculopathy.',
  'No fracture, dislocation, or stenosis.',
  'No disc herniation, spinal stenosis or nerve root compression at L4-5.',
  'Without evidence of herniation, stenosis, and root compression.',
  'No disc herniation, canal stenosis, foraminal narrowing.',
  'Central canal stenosis: none.',
  'The protrusion has resolved.',
  'Without stenosis or protrusion',
  'Negative for radiculopathy',
  'Stenosis is not seen.',
  'Possible stenosis.',
  'Rule out radiculopathy',
  'Cannot exclude stenosis',
  'Radiculopathy ruled out.',
  'Normal study.',
])('"%s" states none', (text) => {
  expect(states(text, STENOSIS)).toBe(false);
});

test('a statement knows what its sentence said before it', () => {
  expect(statementsOf('Normal L3-4. At L4-5, there is a disc protrusion.', STENOSIS)).toEqual([
    {
      clause: 'there is a disc protrusion',
      upToHere: 'At L4-5, there is a disc protrusion.',
      sentence: 'At L4-5, there is a disc protrusion.',
    },
  ]);
});
