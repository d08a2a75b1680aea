using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OrleansRegistry.Benchmarks;

/// <summary>One etcd on a folder of its own, by its HTTP gateway; flushes each commit, as it does by default.</summary>
internal sealed class EtcdProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;

    private EtcdProcess(Process process, string folder, IPEndPoint address) => (this.process, this.folder, Address) = (process, folder, address);

    public IPEndPoint Address { get; }

    /// <summary>Null where the machine has no etcd.</summary>
    public static async Task<EtcdProcess?> TryStartAsync()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin").Select(path => Path.Combine(path, "etcd"))
            .FirstOrDefault(File.Exists);
        if (program is null)
        {
            return null;
        }

        var folder = System.IO.Directory.CreateTempSubdirectory("registry-benchmark-etcd-").FullName;
        var client = FreeAddress();
        var peer = FreeAddress();
        var process = Process.Start(new ProcessStartInfo(
            program,
            [
                "--data-dir", folder, "--listen-client-urls", $"http://{client}", "--advertise-client-urls", $"http://{client}", "--listen-peer-urls",
                $"http://{peer}",
                "--initial-advertise-peer-urls", $"http://{peer}", "--initial-cluster", $"default=http://{peer}", "--log-level", "error",
            ]) { RedirectStandardError = true, UseShellExecute = false })!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var etcd = new EtcdProcess(process, folder, client);
        using var http = new HttpClient();
        for (var tries = 0; ; tries++)
        {
            try
            {
                (await http.GetAsync($"http://{client}/health")).EnsureSuccessStatusCode();
                return etcd;
            }
            catch (HttpRequestException) when (tries < 200)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>The request that puts a value, in the form of the gateway: base64.</summary>
    public static byte[] Put(string key, ReadOnlySpan<byte> value) => HttpLoad.Post(
        "/v3/kv/put", System.Text.Encoding.ASCII.GetBytes(
            $$"""{"key":"{{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(key))}}","value":"{{Convert.ToBase64String(value)}}"}"""));

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        System.IO.Directory.Delete(folder, recursive: true);
    }

    private static IPEndPoint FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
