using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OrleansRegistry.Rest.Tests;

/// <summary>
/// A real nginx in front, set up as its users do: below a prefix that it takes off, which decodes <c>%2F</c>, with compression, which makes tags
/// weak.
/// </summary>
public sealed class NginxTests
{
    [Fact]
    public async Task Below_a_prefix_all_is_reached_and_links_lead_back_through_it()
    {
        await using var host = await RestHost.StartAsync(
            options => (options.TrustedProxies, options.AllowedHosts) = (["127.0.0.0/8"], ["registry.example"]));
        await using var nginx = await Nginx.StartAsync(host.Address);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None })
        {
            BaseAddress = nginx.Address,
        };
        (string, string)[] named = [("Host", "registry.example:8443")];
        await ProxyTests.LinksAreAsync(client, named, "/registry", "http://registry.example:8443/registry");
        await (await client.SendAsync("GET", "/agents", null, ("Host", "evil.example"))).ProblemAsync(400, "Host");

        var body = $$"""{"message":{{TaskClient.Message(new string('x', 4_000))}},"taskId":"a/b"}""";
        await (await client.SendAsync("POST", "/tasks", body, named)).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(404, (int)(await client.SendAsync("GET", "/tasks/a%2Fb", null, named)).StatusCode);
        var read = await client.SendAsync("GET", "/tasks/~?id=a%2Fb", null, [.. named, ("Accept-Encoding", "gzip")]);
        Assert.Equal("gzip", read.Content.Headers.ContentEncoding.Single());
        var tag = read.Headers.ETag!;
        Assert.True(tag.IsWeak);
        Assert.Equal(304, (int)(await client.SendAsync("GET", "/tasks/~?id=a%2Fb", null, [.. named, ("If-None-Match", tag.ToString())])).StatusCode);
        var refused = await (await client.SendAsync("POST", "/tasks/~:cancel?id=a%2Fb", null, [.. named, ("If-Match", tag.ToString())])).ProblemAsync(
            412);
        Assert.Contains("without the W/", refused.Text("detail"), StringComparison.Ordinal);
        await (await client.SendAsync("POST", "/tasks/~:cancel?id=a%2Fb", null, [.. named, ("If-Match", tag.Tag)])).JsonAsync();
    }

    /// <summary>An nginx of a test's own. Where the machine has none, the test is skipped.</summary>
    private sealed class Nginx : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        private readonly DirectoryInfo folder;
        private readonly Process process;

        private Nginx(DirectoryInfo folder, Process process, Uri address) => (this.folder, this.process, Address) = (folder, process, address);

        public Uri Address { get; }

        public static async Task<Nginx> StartAsync(Uri registry)
        {
            string[] places = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin", "/usr/local/sbin"];
            var program = places.Select(place => Path.Combine(place, "nginx")).FirstOrDefault(File.Exists);
            Assert.SkipWhen(program is null, "NO NGINX: install it (apt-get install nginx). Nothing was tested behind a real proxy.");
            var folder = System.IO.Directory.CreateTempSubdirectory("registry-nginx-");
            var port = FreePort();
            var temporary = string.Concat(
                ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(name => $"{name}_temp_path {folder.FullName}/{name};\n"));
            var file = Path.Combine(folder.FullName, "nginx.conf");
            await File.WriteAllTextAsync(
                file,
                $$"""
                {{(Environment.UserName == "root" ? "user root;" : "")}}
                daemon off;
                worker_processes 1;
                pid {{folder.FullName}}/pid;
                error_log stderr;
                events { }
                http {
                  access_log off;
                  {{temporary}}
                  gzip on;
                  gzip_types application/json;
                  gzip_proxied any;
                  server {
                    listen 127.0.0.1:{{port}};
                    location /registry/ {
                      proxy_pass {{registry}};
                      proxy_set_header Host $http_host;
                      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                      proxy_set_header X-Forwarded-Proto $scheme;
                      proxy_set_header X-Forwarded-Prefix /registry;
                    }
                  }
                }
                """);
            var process = Process.Start(new ProcessStartInfo(program!, ["-p", folder.FullName, "-e", "stderr", "-c", file])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var nginx = new Nginx(folder, process, new Uri($"http://127.0.0.1:{port}/registry"));
            using var patience = new CancellationTokenSource(Patience);
            while (!await ListensAsync(port))
            {
                Assert.False(process.HasExited || patience.IsCancellationRequested, "nginx did not start");
                await Task.Delay(5, CancellationToken.None);
            }

            return nginx;
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
            folder.Delete(recursive: true);
        }

        private static async Task<bool> ListensAsync(int port)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
