/** Who plays which part; all are in sample-people.json. */
export const CAMDEN_INVESTIGATOR = 'Asha Rahman'
export const EXPIRED_INVESTIGATOR = 'Tom Brennan'
export const HACKNEY_INVESTIGATOR = 'Grace Adeyemi'
export const SECURITY_CLEARED_INVESTIGATOR = 'Ruth Kessler'
export const WEARER = 'Daniel Okafor'
export const EVIDENCE_MANAGER = 'Helen Marsh'
export const AUDITOR = 'Fatima Siddiqui'
export const ADMINISTRATOR = 'Leon Carter'
