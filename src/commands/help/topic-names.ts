/** Apart from the texts, so that a start of cdb need not load what they are derived from. */
export const HELP_TOPIC_NAMES = ['exit-codes', 'environment', 'json', 'safety'] as const;
export type HelpTopic = (typeof HELP_TOPIC_NAMES)[number];
