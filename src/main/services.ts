import { COMMANDS, GLOBAL_OPTIONS } from '../commands/command-table.js';
import type { Services } from '../commands/services.js';

/** The composition root: the one place that knows which adapter stands behind which port. */
export const services: Services = {
  commandTable: { commands: COMMANDS, globalOptions: GLOBAL_OPTIONS },
  async replaceFile(path, text, mode) {
    const { writeFileAtomic } = await import('../adapters/files/atomic-file.js');
    writeFileAtomic(path, text, mode);
  },
  async withStreamFiles(stateDir, work) {
    const { withStreamFiles } = await import('./operator/stream-files.js');
    return withStreamFiles(stateDir, work);
  },
  async hash() {
    const { nodeHash } = await import('../adapters/node-hash.js');
    return nodeHash;
  },
  async tradeFile(source, symbols) {
    const { openFileFeed } = await import('../adapters/files-feed/open-file-feed.js');
    return openFileFeed(source, { symbols });
  },
  async operator(options, io) {
    const { operatorPorts } = await import('./operator/operator-ports.js');
    return operatorPorts(options, io);
  },
  async killSwitch(stateDir) {
    const { killSwitch } = await import('./operator/kill-switch.js');
    return killSwitch(stateDir);
  },
  async drillPlace() {
    const { openDrillPlace } = await import('./operator/drill-place.js');
    return openDrillPlace();
  },
  async saveProof(stateDir, name, proof) {
    const { saveProof } = await import('./operator/drill-place.js');
    return saveProof(stateDir, name, proof);
  },
  async hostFacts() {
    const { hostFacts } = await import('./operator/drill-place.js');
    return hostFacts();
  },
  async sharedPlaces(options, io) {
    const { sharedPlaces } = await import('./operator/shared-places.js');
    return sharedPlaces(options, io);
  },
  async watchdogFiles(stateDir) {
    const { watchdogFiles } = await import('./watchdog/take-watch.js');
    return watchdogFiles(stateDir);
  },
  async takeWatch(stateDir, does) {
    const { takeWatch } = await import('./watchdog/take-watch.js');
    return takeWatch(stateDir, does);
  },
  async pause(ms, signal) {
    const { systemClock } = await import('../adapters/system-clock.js');
    return systemClock().sleep(ms, signal);
  },
  async openOrders(config, credentials) {
    const { openMexcOrders } = await import('./watchdog/mexc-orders.js');
    return openMexcOrders(config, credentials);
  },
  async evidenceFolder(path) {
    const { evidenceFolder } = await import('./operator/evidence-folder.js');
    return evidenceFolder(path);
  },
  async proofFolder(stateDir) {
    const { proofFolder } = await import('./operator/evidence-folder.js');
    return proofFolder(stateDir);
  },
  async canaryPacks(stateDir) {
    const { canaryPacks } = await import('./operator/canary-packs.js');
    return canaryPacks(stateDir);
  },
  async engineLog(options, io) {
    const { openLogReader } = await import('./operator/log-reader.js');
    return openLogReader(options, io);
  },
  async migrations(options, io) {
    const { migrationDatabase } = await import('./operator/migrations.js');
    return migrationDatabase(options, io);
  },
  async appendReport(options, io, report) {
    const { appendReport } = await import('./operator/day-report.js');
    return appendReport(options, io, report);
  },
  async codeStatements() {
    const { CODE_STATEMENTS } = await import('./operator/schema-database.js');
    return CODE_STATEMENTS;
  },
  async schemaDatabase(options, io) {
    const { schemaDatabase } = await import('./operator/schema-database.js');
    return schemaDatabase(options, io);
  },
  async boardSource(options, io, plan) {
    const { openBoardSource } = await import('./dashboard/open-board-source.js');
    return openBoardSource(options, io, plan);
  },
  async recordedBoards(path, io) {
    const { openRecording } = await import('./dashboard/open-recording.js');
    return openRecording(path, io);
  },
  async runDashboard(open, plan, call) {
    const { runDashboard } = await import('./dashboard/open-dashboard.js');
    return runDashboard(open, plan, call);
  },
  async screenText(source, plan, io) {
    const { screenText } = await import('./dashboard/open-dashboard.js');
    return screenText(source, plan, io);
  },
  async doctor(options, io) {
    const { openDoctor } = await import('./doctor/open-doctor.js');
    return openDoctor(options, io);
  },
  async soak(options, io) {
    const { soakPlace } = await import('./soak/soak-place.js');
    return soakPlace(options, io);
  },
  async soakEvidence(path) {
    const { readEvidence } = await import('./soak/soak-files.js');
    return readEvidence(path);
  },
  async deliveryGate(options, io) {
    const { deliveryGate } = await import('./operator/delivery-gate.js');
    return deliveryGate(options, io);
  },
  async audit(options, io) {
    const { auditPorts } = await import('./operator/audit.js');
    return auditPorts(options, io);
  },
  async startDetached(stateDir, launch) {
    const { startDetached } = await import('./operator/start-detached.js');
    return startDetached(stateDir, launch);
  },
  async openEngine(order) {
    const { openEngine } = await import('./engine/open-engine.js');
    return openEngine(order);
  },
};
