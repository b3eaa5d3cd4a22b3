// The judging thread from source, as the service runs it once it is compiled.
require('tsx/cjs');
require('../../src/hooks/judging-thread.ts');
