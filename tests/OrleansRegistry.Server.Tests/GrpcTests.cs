using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using OrleansRegistry.A2A.Grpc.Wire;
using Task = System.Threading.Tasks.Task;

namespace OrleansRegistry.Server.Tests;

/// <summary>A2A over gRPC against the program, found by the card of an agent alone.</summary>
public sealed class GrpcTests : IDisposable
{
    private static readonly Metadata Version = new() { { "a2a-version", "1.0" } };

    private readonly DataFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_clear_text_an_agent_is_reached_at_the_port_that_its_card_names()
    {
        var port = GrpcPortTests.FreePort();
        await using var server = await ServerProcess.StartAsync(folder.Settings(("A2A_GRPC_PORT", $"{port}")));
        var address = await RegisterAsync(server.Http);
        Assert.Equal($"127.0.0.1:{port}", address);
        using var channel = GrpcChannel.ForAddress($"http://{address}");
        await ServeAsync(channel, server.Http);
    }

    [Fact]
    public async Task Over_TLS_gRPC_and_HTTP_1_share_a_port()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (certificateFile, keyFile) = (Path.Combine(folder.Path, "certificate.pem"), Path.Combine(folder.Path, "key.pem"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), Cancelled);
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), Cancelled);
        await using var server = await ServerProcess.StartAsync(folder.Settings(
            ("ASPNETCORE_URLS", "https://127.0.0.1:0"),
            ("Kestrel__Certificates__Default__Path", certificateFile),
            ("Kestrel__Certificates__Default__KeyPath", keyFile)));

        using var http = new HttpClient(Trusting(certificate)) { BaseAddress = server.Http.BaseAddress };
        var address = await RegisterAsync(http);
        Assert.Equal(http.BaseAddress!.Authority, address);
        using var channel = GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions { HttpHandler = Trusting(certificate) });
        await ServeAsync(channel, http);
        using var health = await http.GetAsync("/health/ready", Cancelled);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version11), (health.StatusCode, health.Version));
    }

    public void Dispose() => folder.Dispose();

    private static SocketsHttpHandler Trusting(X509Certificate certificate) => new()
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString() },
    };

    /// <returns>Where its card says that it is reached over gRPC.</returns>
    private static async Task<string?> RegisterAsync(HttpClient http)
    {
        using var registered = await http.PutAsJsonAsync("/agents/echo", new { name = "echo" }, Cancelled);
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        var card = await http.GetFromJsonAsync<JsonElement>("/a2a/echo/.well-known/agent-card.json", Cancelled);
        var grpc = Assert.Single(
            card.GetProperty("supportedInterfaces").EnumerateArray(), one => one.GetProperty("protocolBinding").GetString() == "GRPC");
        Assert.Equal("echo", grpc.GetProperty("tenant").GetString());
        return grpc.GetProperty("url").GetString();
    }

    /// <summary>A message, a stream of what comes of it, and a refusal with its reason.</summary>
    private static async Task ServeAsync(GrpcChannel channel, HttpClient http)
    {
        var client = new A2AService.A2AServiceClient(channel);
        var request = SendMessageRequest.Parser.ParseJson("""
            {"tenant":"echo","message":{"messageId":"m1","role":"ROLE_USER","parts":[{"text":"hello"}]},"configuration":{"returnImmediately":true}}
            """);
        var sent = await client.SendMessageAsync(request, Version, cancellationToken: Cancelled);
        using var call = client.SubscribeToTask(
            new SubscribeToTaskRequest { Tenant = "echo", Id = sent.Task.Id }, Version, cancellationToken: Cancelled);
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        Assert.Equal("hello", call.ResponseStream.Current.Task.History[0].Parts[0].Text);
        using var done = await http.PatchAsJsonAsync($"/tasks/{sent.Task.Id}", new { state = "completed" }, Cancelled);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.True(await call.ResponseStream.MoveNext(Cancelled));
        Assert.Equal(A2A.Grpc.Wire.TaskState.Completed, call.ResponseStream.Current.StatusUpdate.Status.State);
        Assert.False(await call.ResponseStream.MoveNext(Cancelled));
        var missing = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.GetTaskAsync(new GetTaskRequest { Tenant = "echo", Id = "none" }, Version, cancellationToken: Cancelled));
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
    }
}
