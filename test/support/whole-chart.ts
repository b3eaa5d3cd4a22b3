import type { Scenario } from '../../src/demo/scenario';

/** A chart of the fixtures with its own orders and nothing changed. */
export function wholeChart(chart: string): Scenario {
  return {
    id: chart,
    name: `The chart ${chart} as it is`,
    chart,
    without: [],
    change: {},
    with: [],
    notSent: [],
    orders: { without: [], change: {}, with: [] },
    expect: {},
  };
}
