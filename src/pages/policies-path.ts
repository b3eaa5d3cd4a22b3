/** Where the policy pages are, below the base URL of the service. */
export const POLICIES_PATH = '/policies';
