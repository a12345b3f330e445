// The headers that browsers send along with every request, so that servers have as much to read as from them. The origin is
// the server's own.

export function browserHeaders(port: number): string {
  return (
    `Host: 127.0.0.1:${port}\r\n` +
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n" +
    "Accept: */*\r\n" +
    `Origin: http://127.0.0.1:${port}\r\n` +
    "Accept-Encoding: gzip, deflate, br, zstd\r\n" +
    "Accept-Language: en-US,en;q=0.9\r\n"
  );
}
