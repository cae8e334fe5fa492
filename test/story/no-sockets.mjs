// Loaded before the program: whoever opens a socket or asks for a name ends the process, and says so.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { writeSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

const refuse = (what) =>
  function refused() {
    // Not thrown: an error could be caught and taken for weather.
    writeSync(2, `a socket was opened: ${what}\n`);
    process.exit(99);
  };
net.Socket.prototype.connect = refuse('net');
net.Server.prototype.listen = refuse('listen');
tls.connect = refuse('tls');
dgram.createSocket = refuse('dgram');
for (const of of [dns, dns.promises])
  for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny'])
    of[name] = refuse(`dns ${name}`);
