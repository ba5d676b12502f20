import { parse } from 'yaml';
import * as z from 'zod';

const texts = z.array(z.string()).default([]);

const SERVICE = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  command: texts,
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  secrets: texts,
  volumes: texts,
  networks: texts,
  ports: texts,
  security_opt: texts,
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: texts }).optional(),
  read_only: z.boolean().default(false),
  stop_grace_period: z.string().optional(),
  restart: z.string(),
});

const COMPOSE = z.object({
  services: z.record(z.string(), SERVICE),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

export type ComposeService = z.infer<typeof SERVICE>;
export type ComposeFile = z.infer<typeof COMPOSE>;

/** Anchors and merges resolved, as compose reads them. */
export function readCompose(text: string): ComposeFile {
  return COMPOSE.parse(parse(text, { merge: true }));
}

const PROMETHEUS = z.object({
  scrape_configs: z.array(
    z.object({
      job_name: z.string(),
      metrics_path: z.string().default('/metrics'),
      static_configs: z.array(z.object({ targets: z.array(z.string()) })),
    }),
  ),
});

export type ScrapeConfig = z.infer<typeof PROMETHEUS>['scrape_configs'][number];

export function readScrapes(text: string): readonly ScrapeConfig[] {
  return PROMETHEUS.parse(parse(text)).scrape_configs;
}
