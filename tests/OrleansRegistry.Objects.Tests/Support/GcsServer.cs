using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Objects.Tests.Support;

/// <summary>
/// Stands in for Cloud Storage: as much of its JSON API as the store calls, by its documentation. Resumable uploads keep what they got of a chunk that was
/// cut, in multiples of 256 KiB, as the service does.
/// </summary>
internal sealed class GcsServer : IAsyncDisposable
{
    private const int Granule = 256 * 1024;

    private readonly ConcurrentDictionary<string, Stored> objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Session> sessions = new(StringComparer.Ordinal);
    private readonly WebApplication application;
    private long generations;

    private GcsServer(WebApplication application) => this.application = application;

    public Uri Address => new(application.Urls.First());

    /// <summary>The keys of KMS that were asked for.</summary>
    public ConcurrentBag<string> KmsKeys { get; } = [];

    public static async Task<GcsServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        var server = new GcsServer(application);
        application.Run(server.ServeAsync);
        await application.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await application.DisposeAsync();

    private static string Crc(byte[] content)
    {
        var crc = content.Aggregate(uint.MaxValue, BitOperations.Crc32C);
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ~crc);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>The SDK compresses the JSON that it sends.</summary>
    private static async Task<JsonNode?> BodyAsync(HttpRequest request)
    {
        await using var body = request.Headers.ContentEncoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
        return await JsonNode.ParseAsync(body);
    }

    private static async Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        var error = new JsonObject { ["error"] = new JsonObject { ["code"] = status, ["message"] = message, ["errors"] = new JsonArray() } };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(error.ToJsonString());
    }

    private static Task AnswerAsync(HttpContext context, JsonNode answer)
    {
        context.Response.ContentType = "application/json; charset=UTF-8";
        return context.Response.WriteAsync(answer.ToJsonString());
    }

    private async Task ServeAsync(HttpContext context)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var path = target.TrimStart('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        if (target.StartsWith("/upload/", StringComparison.Ordinal))
        {
            await UploadAsync(context, path[4]);
            return;
        }

        if (path[3] == "no-such-bucket")
        {
            await RefuseAsync(context, 404, "The specified bucket does not exist.");
            return;
        }

        // storage/v1/b/BUCKET/o[/NAME[/compose]]
        await (path.Length switch
        {
            5 => ListAsync(context, path[3]),
            7 when path[6] == "compose" => ComposeAsync(context, path[3], path[5]),
            _ => ObjectAsync(context, path[3], path[5]),
        });
    }

    private async Task UploadAsync(HttpContext context, string bucket)
    {
        if (bucket == "no-such-bucket")
        {
            await RefuseAsync(context, 404, "The specified bucket does not exist.");
            return;
        }

        if (context.Request.Query["upload_id"].FirstOrDefault() is not { } id)
        {
            var asked = await BodyAsync(context.Request);
            id = Guid.NewGuid().ToString("N");
            sessions[id] = new Session($"{bucket}/{asked!["name"]}");
            if (context.Request.Query["kmsKeyName"].FirstOrDefault() is { } key)
            {
                KmsKeys.Add(key);
            }

            context.Response.Headers.Location = $"http://{context.Request.Host}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={id}";
            return;
        }

        if (!sessions.TryGetValue(id, out var session))
        {
            await RefuseAsync(context, 404, "No such upload.");
            return;
        }

        await TakeAsync(context, session);
    }

    /// <summary>Takes a chunk: <c>bytes 0-9/20</c>, <c>bytes 0-9/*</c>, or <c>bytes */20</c>, which only asks.</summary>
    private async Task TakeAsync(HttpContext context, Session session)
    {
        var range = context.Request.Headers.ContentRange.ToString().Replace("bytes ", "", StringComparison.Ordinal).Split('/');
        var isLast = long.TryParse(range[1], NumberStyles.None, CultureInfo.InvariantCulture, out var total);
        if (range[0] != "*")
        {
            var from = int.Parse(range[0].Split('-')[0], CultureInfo.InvariantCulture);
            using var chunk = new MemoryStream();
            var isWhole = await TryCopyAsync(context.Request.Body, chunk);
            lock (session)
            {
                var skip = session.Content.Count - from;
                var taken = isWhole ? (int)chunk.Length : (int)chunk.Length / Granule * Granule;
                if (skip >= 0 && taken > skip)
                {
                    session.Content.AddRange(chunk.ToArray()[skip..taken]);
                }
            }

            if (!isWhole)
            {
                context.Abort();
                return;
            }
        }

        if (isLast && session.Content.Count == total)
        {
            session.Done ??= Put(session.Key, [.. session.Content]);
            await AnswerAsync(context, session.Done.Describe());
            return;
        }

        context.Response.StatusCode = 308;
        if (session.Content.Count > 0)
        {
            context.Response.Headers.Range = $"bytes=0-{session.Content.Count - 1}";
        }
    }

    private static async Task<bool> TryCopyAsync(Stream from, Stream to)
    {
        try
        {
            await from.CopyToAsync(to);
            return true;
        }
        catch (Exception cut) when (cut is IOException or BadHttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private Stored Put(string key, byte[] content)
    {
        var stored = new Stored(key, content, Interlocked.Increment(ref generations), DateTimeOffset.UtcNow);
        objects[key] = stored;
        return stored;
    }

    private async Task ObjectAsync(HttpContext context, string bucket, string name)
    {
        var generation = context.Request.Query["generation"].FirstOrDefault();
        if (!objects.TryGetValue($"{bucket}/{name}", out var stored) || (generation is not null && generation != $"{stored.Generation}"))
        {
            await RefuseAsync(context, 404, $"No such object: {bucket}/{name}");
        }
        else if (context.Request.Method == "DELETE")
        {
            objects.TryRemove($"{bucket}/{name}", out _);
            context.Response.StatusCode = 204;
        }
        else if (context.Request.Query["alt"] == "media")
        {
            await MediaAsync(context, stored);
        }
        else
        {
            await AnswerAsync(context, stored.Describe());
        }
    }

    private static async Task MediaAsync(HttpContext context, Stored stored)
    {
        context.Response.Headers["x-goog-generation"] = $"{stored.Generation}";
        var (from, to) = (0L, stored.Content.Length - 1L);
        if (context.Request.GetTypedHeaders().Range?.Ranges.Single() is { } range)
        {
            from = range.From!.Value;
            to = Math.Min(to, range.To ?? to);
            if (from > to)
            {
                await RefuseAsync(context, 416, "Request range not satisfiable");
                return;
            }

            context.Response.StatusCode = 206;
        }

        context.Response.ContentLength = to - from + 1;
        await context.Response.Body.WriteAsync(stored.Content.AsMemory((int)from, (int)(to - from + 1)));
    }

    private Task ListAsync(HttpContext context, string bucket)
    {
        var query = context.Request.Query;
        var begin = $"{bucket}/{query["prefix"].FirstOrDefault()}";
        var after = query["pageToken"].FirstOrDefault() ?? "";
        var size = int.Parse(query["maxResults"].FirstOrDefault() ?? "1000", CultureInfo.InvariantCulture);
        var found = objects.Values.Where(stored => stored.Key.StartsWith(begin, StringComparison.Ordinal))
            .Where(stored => string.CompareOrdinal(stored.Key, after) > 0)
            .OrderBy(stored => stored.Key, StringComparer.Ordinal).Take(size + 1).ToList();
        var page = found.Take(size).ToList();
        var answer = new JsonObject { ["kind"] = "storage#objects", ["items"] = new JsonArray([.. page.Select(stored => stored.Describe())]) };
        if (found.Count > size)
        {
            answer["nextPageToken"] = page[^1].Key;
        }

        return AnswerAsync(context, answer);
    }

    private async Task ComposeAsync(HttpContext context, string bucket, string name)
    {
        var asked = await BodyAsync(context.Request);
        var sources = asked!["sourceObjects"]!.AsArray();
        if (sources.Count > 32)
        {
            await RefuseAsync(context, 400, "The number of source components provided exceeds 32.");
            return;
        }

        var parts = sources.Select(source => objects.GetValueOrDefault($"{bucket}/{source!["name"]}")).ToList();
        if (parts.Any(part => part is null))
        {
            await RefuseAsync(context, 404, "No such object.");
            return;
        }

        await AnswerAsync(context, Put($"{bucket}/{name}", [.. parts.SelectMany(part => part!.Content)]).Describe());
    }

    private sealed class Session(string key)
    {
        public string Key => key;

        public List<byte> Content { get; } = [];

        public Stored? Done { get; set; }
    }

    private sealed record Stored(string Key, byte[] Content, long Generation, DateTimeOffset At)
    {
        private string? crc;

        public JsonObject Describe() => new()
        {
            ["kind"] = "storage#object",
            ["bucket"] = Key.Split('/', 2)[0],
            ["name"] = Key.Split('/', 2)[1],
            ["generation"] = $"{Generation}",
            ["size"] = $"{Content.Length}",
            ["crc32c"] = crc ??= Crc(Content),
            ["timeCreated"] = At.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        };
    }
}
