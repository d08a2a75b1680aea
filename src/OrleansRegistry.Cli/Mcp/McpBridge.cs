using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansRegistry.Cli.Mcp;

/// <summary>
/// Carries messages of MCP between lines and a registry's <c>/mcp</c>, as they are: each request is one of HTTP, which ends where the client calls it
/// off. What the way itself has to say is an error of JSON-RPC, as nothing else may stand on the output.
/// </summary>
internal sealed class McpBridge(RegistryApi api, LineWriter output, Terminal terminal)
{
    private const string Path = "mcp";
    private const int InvalidRequest = -32600;
    private const int ParseError = -32700;
    private const int InternalError = -32603;

    // A client that ends closes its side, and is not kept waiting for long.
    private static readonly TimeSpan EndingPatience = TimeSpan.FromSeconds(10);

    private static readonly JsonWriterOptions AsTyped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentDictionary<string, CancellationTokenSource> open = new(StringComparer.Ordinal);
    private volatile string? version;

    /// <summary>Serves until the client closes its side.</summary>
    public async Task RunAsync(Stream input, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var calls = new ConcurrentDictionary<Task, bool>();
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(leaveOpen: true));
        await foreach (var line in LinesAsync(reader, cancellation))
        {
            // In the order of the lines up to here, so that what is called off is known.
            var call = BeginAsync(line, ending.Token);
            calls.TryAdd(call, true);
            _ = call.ContinueWith(done => calls.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        ending.CancelAfter(EndingPatience);
        await Task.WhenAll(calls.Keys);
    }

    private static async IAsyncEnumerable<byte[]> LinesAsync(
        PipeReader reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            // A read of the standard input does not end by itself when a signal ends the command.
            var read = await reader.ReadAsync(CancellationToken.None).AsTask().WaitAsync(cancellation);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                yield return rest.Slice(0, end).ToArray();
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (read.IsCompleted)
            {
                yield return rest.ToArray();
                yield break;
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    private async Task BeginAsync(byte[] line, CancellationToken ending)
    {
        if (line.AsSpan().Trim(" \t\r"u8).Length == 0)
        {
            return;
        }

        McpCall call;
        try
        {
            call = McpCall.Read(line);
        }
        catch (JsonException fault)
        {
            await RefuseAsync("null", ParseError, $"This line is not JSON: {fault.Message}", ending);
            return;
        }

        if (call.Canceled is { } canceled)
        {
            // The end of its request is how the registry is told.
            await CallOffAsync(canceled);
            return;
        }

        using var own = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var isKnown = call.Method is not null && call.Id.Length > 0;
        if (isKnown && !open.TryAdd(call.Id, own))
        {
            await RefuseAsync(call.Id, InvalidRequest, "There is a request of this id already, which has no answer yet.", ending);
            return;
        }

        try
        {
            await CarryAsync(call, line, own.Token);
        }
        catch (OperationCanceledException) when (own.IsCancellationRequested)
        {
            // Called off: the protocol wants no answer then.
        }
        catch (Exception fault) when (fault is CliException or IOException or HttpRequestException)
        {
            terminal.WriteError(fault.Message);
            await RefuseAsync(call.Id, InternalError, fault.Message, ending);
        }
        finally
        {
            if (isKnown)
            {
                open.TryRemove(call.Id, out _);
            }
        }
    }

    private async Task CallOffAsync(string id)
    {
        if (!open.TryGetValue(id, out var request))
        {
            return;
        }

        try
        {
            await request.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has its answer.
        }
    }

    private async Task CarryAsync(McpCall call, byte[] line, CancellationToken cancellation)
    {
        using var request = Request(call, line);
        using var answer = await api.OpenAsync(request, cancellation);
        switch (answer.Content.Headers.ContentType?.MediaType)
        {
            case "text/event-stream":
                await using (var body = await answer.Content.ReadAsStreamAsync(cancellation))
                {
                    await foreach (var item in SseParser.Create(body, (_, data) => data.ToArray()).EnumerateAsync(cancellation))
                    {
                        await TakeAsync(call, item.Data, cancellation);
                    }
                }

                break;
            case "application/json":
                await TakeAsync(call, await answer.Content.ReadAsByteArrayAsync(cancellation), cancellation);
                break;
            default:
                // Of a notification there is none; else it is a refusal of something that knows no MCP.
                await CheckAsync(answer, cancellation);
                break;
        }
    }

    private Task CheckAsync(HttpResponseMessage answer, CancellationToken cancellation) => answer.StatusCode == HttpStatusCode.NotFound
        ? throw new CliException(ExitCode.Refused, $"{api.Name} has no MCP: it is of an older version, or something else.")
        : api.CheckAsync(answer, cancellation);

    private async Task TakeAsync(McpCall call, byte[] message, CancellationToken cancellation)
    {
        if (message.Length == 0)
        {
            return;
        }

        if (call.Method == "initialize" && McpCall.VersionOf(message) is { } settled)
        {
            version = settled;
        }

        await output.WriteAsync(message, cancellation);
    }

    /// <summary>With the headers that say again what is in the message, as the protocol asks of HTTP.</summary>
    private HttpRequestMessage Request(McpCall call, byte[] line)
    {
        var request = RegistryApi.Request(HttpMethod.Post, Path);
        request.Content = new ByteArrayContent(line) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        if ((call.Version ?? (call.Method == "initialize" ? null : version)) is { } spoken)
        {
            AddHeader(request, "MCP-Protocol-Version", spoken);
        }

        if (call.Method is { } method)
        {
            AddHeader(request, "Mcp-Method", method);
        }

        if (call.Name is { } name)
        {
            AddHeader(request, "Mcp-Name", name);
        }

        return request;
    }

    private static void AddHeader(HttpRequestMessage request, string name, string value)
    {
        var isPlain = value.All(c => c is >= ' ' and <= '~') && value.Trim() == value && !value.StartsWith("=?", StringComparison.Ordinal);
        request.Headers.TryAddWithoutValidation(name, isPlain ? value : $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}?=");
    }

    /// <summary>Answers a request in the registry's place. There is nobody to answer a notification to.</summary>
    private async Task RefuseAsync(string id, int code, string message, CancellationToken cancellation)
    {
        if (id.Length == 0)
        {
            return;
        }

        var answer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(answer, AsTyped))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WritePropertyName("id"u8);
            json.WriteRawValue(id);
            json.WriteStartObject("error"u8);
            json.WriteNumber("code"u8, code);
            json.WriteString("message"u8, message);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        await output.WriteAsync(answer.WrittenMemory, cancellation);
    }
}
