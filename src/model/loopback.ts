/** Whether a host name of `URL` is this machine: `localhost`, all of 127.0.0.0/8 and `::1`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
