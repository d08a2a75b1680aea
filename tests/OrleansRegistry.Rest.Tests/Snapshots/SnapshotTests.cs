using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Objects;

namespace OrleansRegistry.Rest.Tests.Snapshots;

public sealed class SnapshotTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Fact]
    public async Task A_state_is_saved_read_verified_and_deleted()
    {
        var response = await client.SendAsync(
            "POST", "/agents/a%2Fb/snapshots?session_id=s&description=first", """{ "b": 1.0, "a": [1e3] }""");
        var saved = await response.JsonAsync(HttpStatusCode.Created);
        Assert.Equal(
            ("a/b", "s", 0, "first", 1), (
                saved.Text("agent_id"), saved.Text("session_id"), saved.Number("snapshot_index"), saved.Text("description"),
                saved.Number("format_version")));
        var path = $"/agents/a%2Fb/snapshots/{saved.Text("snapshot_id")}";
        Assert.Equal(path, response.Headers.Location!.OriginalString);
        Assert.Equal(saved.GetRawText(), (await client.GetAsync(path)).GetRawText());
        Assert.Equal(saved.GetRawText(), (await client.GetAsync("/agents/a%2Fb/snapshots/latest")).GetRawText());
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("HEAD", path)).StatusCode);

        var state = await client.SendAsync("GET", path + "/state");
        Assert.Equal("""{"a":[1000.0],"b":1.0}""", await state.Content.ReadAsStringAsync());
        Assert.Equal((22, "application/json"), (state.Content.Headers.ContentLength, state.Content.Headers.ContentType?.ToString()));
        Assert.Equal($"\"{saved.Text("content_hash")}\"", state.One("ETag"));
        Assert.Equal(
            HttpStatusCode.NotModified, (await client.SendAsync("GET", path + "/state", null, ("If-None-Match", state.One("ETag")))).StatusCode);
        Assert.Equal(22, (await client.SendAsync("HEAD", path + "/state")).Content.Headers.ContentLength);
        Assert.True((await (await client.SendAsync("POST", path + ":verify")).JsonAsync()).GetProperty("verified").GetBoolean());

        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", path)).StatusCode);
        foreach (var (method, suffix) in ((string, string)[])[
            ("GET", ""), ("GET", "/state"), ("GET", "/file"), ("POST", ":verify"), ("POST", ":complete"), ("DELETE", ""), ("DELETE", "/parts"),
            ("GET", "/parts")])
        {
            await (await client.SendAsync(method, path + suffix)).ProblemAsync(404, "snapshot_id");
        }

        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync("HEAD", path)).StatusCode);
        await (await client.SendAsync("GET", "/agents/a%2Fb/snapshots/latest")).ProblemAsync(404, "snapshot_id");
        await (await client.SendAsync("POST", path)).ProblemAsync(405);
    }

    [Fact]
    public async Task A_file_goes_out_and_into_another_registry()
    {
        var saved = await SaveAsync("/agents/a/snapshots?index=7", "[1.50]");
        var sent = await client.SendAsync("GET", $"/agents/a/snapshots/{saved.Text("snapshot_id")}/file");
        Assert.Equal("application/gzip", sent.Content.Headers.ContentType?.ToString());
        var file = await sent.Content.ReadAsByteArrayAsync();
        Assert.Equal(saved.Number("compressed_size"), file.Length);
        using var unpacked = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
        var json = JsonDocument.Parse(unpacked).RootElement;
        Assert.Equal("[1.5]", json.GetProperty("agent_state").GetRawText());

        var other = host.NewTenant();
        var imported = await (await PostFileAsync(other, "/agents/a/snapshots", file)).JsonAsync(HttpStatusCode.Created);
        Assert.Equal((saved.Text("snapshot_id"), 7), (imported.Text("snapshot_id"), imported.Number("snapshot_index")));
        Assert.True((await (await PostFileAsync(other, "/agents/a/snapshots", file)).JsonAsync()).GetProperty("repeated").GetBoolean());
        await (await PostFileAsync(other, "/agents/b/snapshots", file)).ProblemAsync(400, "metadata.agent_id");
        await (await PostFileAsync(other, "/agents/a/snapshots?index=8", file)).ProblemAsync(400, "session_id");
        await (await PostFileAsync(other, "/agents/a/snapshots", file[..^9])).ProblemAsync(400, "file");
    }

    [Fact]
    public async Task Lists_and_searches_come_in_pages()
    {
        for (var i = 0; i < 5; i++)
        {
            await SaveAsync($"/agents/{(i % 2 == 0 ? "x" : "y")}/snapshots?session_id=s{i % 3}&description=note+{i}", $"{i}");
        }

        Assert.Equal("note 4,note 2,note 0", await ListAsync("/agents/x/snapshots?page_size=2"));
        Assert.Equal("note 4,note 3,note 2,note 1,note 0", await ListAsync("/snapshots?page_size=3"));
        Assert.Equal("note 3,note 1", await ListAsync("/snapshots?agent_id=y"));
        Assert.Equal("note 4,note 1", await ListAsync("/snapshots?session_id=s1"));
        Assert.Equal("note 3", await ListAsync("/snapshots?query=NOTE%203"));
        Assert.Equal("", await ListAsync("/snapshots?before=2020-01-01T00:00:00Z"));
        Assert.Equal("note 3", await ListAsync("/agents/y/snapshots?session_id=s0&index=0"));
        await (await client.SendAsync("GET", "/snapshots?page_size=0")).ProblemAsync(400, "page_size");
        await (await client.SendAsync("GET", "/snapshots?since=yesterday")).ProblemAsync(400, "since");
        await (await client.SendAsync("GET", "/snapshots?sesion_id=s")).ProblemAsync(400, "sesion_id");
        await (await client.SendAsync("GET", "/snapshots?page_token=x")).ProblemAsync(400, "page_token");

        async Task<string> ListAsync(string path)
        {
            var found = new List<string>();
            var token = "";
            do
            {
                var page = await client.GetAsync($"{path}{(path.Contains('?') ? "&" : "?")}page_token={Uri.EscapeDataString(token)}");
                found.AddRange(page.GetProperty("snapshots").EnumerateArray().Select(snapshot => snapshot.Text("description")));
                token = page.Text("nextPageToken");
            }
            while (token.Length > 0);
            return string.Join(',', found);
        }
    }

    [Fact]
    public async Task Parts_are_sent_again_where_an_upload_was_cut_off()
    {
        var begun = await (await client.SendAsync("POST", "/agents/a/snapshots/uploads?session_id=big")).JsonAsync(HttpStatusCode.Created);
        var path = $"/agents/a/snapshots/{begun.Text("snapshot_id")}";
        await (await client.SendAsync("POST", path + ":complete")).ProblemAsync(400, "parts");
        var first = Encoding.UTF8.GetBytes("{\"b\":\"" + new string('x', UploadLimits.MinPartBytes));
        Assert.Equal(HttpStatusCode.NoContent, (await PutAsync(path + "/parts/1", first)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await PutAsync(path + "/parts/2", Encoding.UTF8.GetBytes("\" , \"a\" : [ ] }"))).StatusCode);
        var parts = (await client.GetAsync(path + "/parts")).GetProperty("parts");
        Assert.Equal((first.Length, 2), (parts[0].Number("size"), parts[1].Number("number")));
        await (await PutAsync(path + "/parts/zero", first[..3])).ProblemAsync(400, "number");
        await (await PutAsync(path + "/parts/0", first[..3])).ProblemAsync(400, "number");

        var saved = await (await client.SendAsync("POST", path + ":complete")).JsonAsync(HttpStatusCode.Created);
        Assert.Equal((begun.Text("snapshot_id"), "big"), (saved.Text("snapshot_id"), saved.Text("session_id")));
        Assert.True((await (await client.SendAsync("POST", path + ":complete")).JsonAsync()).GetProperty("repeated").GetBoolean());
        var state = await (await client.SendAsync("GET", path + "/state")).Content.ReadAsStringAsync();
        Assert.Equal("{\"a\":[],\"b\":\"" + new string('x', UploadLimits.MinPartBytes) + "\"}", state);

        var dropped = await (await client.SendAsync("POST", "/agents/a/snapshots/uploads")).JsonAsync(HttpStatusCode.Created);
        var droppedPath = $"/agents/a/snapshots/{dropped.Text("snapshot_id")}/parts";
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", droppedPath)).StatusCode);
        await (await client.SendAsync("GET", droppedPath)).ProblemAsync(404);
    }

    [Fact]
    public async Task Bad_input_is_named()
    {
        await (await client.SendAsync("POST", "/agents/a/snapshots", "{")).ProblemAsync(400, "state");
        await (await client.SendAsync("POST", "/agents/a/snapshots", "")).ProblemAsync(400, "state");
        await (await client.SendAsync("POST", "/agents/a/snapshots", """{"a":1,"a":2}""")).ProblemAsync(400, "state");
        await (await client.SendAsync("POST", "/agents/a/snapshots?index=-1", "1")).ProblemAsync(400, "index");
        await (await client.SendAsync("POST", "/agents/a/snapshots?index=x", "1")).ProblemAsync(400, "index");
        await (await client.SendAsync("POST", "/agents/a/snapshots?sesion=x", "1")).ProblemAsync(400, "sesion");
        await (await client.SendAsync("POST", "/agents/a/snapshots?description=" + new string('d', 5000), "1")).ProblemAsync(400, "description");
        await (await client.SendAsync("POST", "/agents/a/snapshots", "1", ("Content-Type", "text/plain"))).ProblemAsync(415);
        await (await client.SendAsync("POST", $"/agents/{new string('a', 300)}/snapshots", "1")).ProblemAsync(400, "agent_id");
        await SaveAsync("/agents/a/snapshots?index=3", "1");
        await (await client.SendAsync("POST", "/agents/a/snapshots?index=3", "2")).ProblemAsync(409, "index");
        Assert.Equal(3, (await SaveAsync("/agents/a/snapshots?index=3&replace=true", "2")).Number("snapshot_index"));
        var keyed = await (await client.SendAsync("POST", "/agents/a/snapshots", "5", ("Idempotency-Key", "k"))).JsonAsync(HttpStatusCode.Created);
        var again = await (await client.SendAsync("POST", "/agents/a/snapshots", "5", ("Idempotency-Key", "k"))).JsonAsync();
        Assert.Equal(keyed.Text("snapshot_id"), again.Text("snapshot_id"));
        await (await client.SendAsync("POST", "/agents/a/snapshots", "6", ("Idempotency-Key", "k"))).ProblemAsync(422);
    }

    [Fact]
    public async Task Another_subjects_snapshots_are_not_there()
    {
        var saved = await SaveAsync("/agents/a/snapshots", "1");
        var bob = client with { Subject = "bob" };
        var path = $"/agents/a/snapshots/{saved.Text("snapshot_id")}";
        foreach (var (method, suffix) in ((string, string)[])[
            ("GET", ""), ("GET", "/state"), ("GET", "/file"), ("POST", ":verify"), ("DELETE", "")])
        {
            await (await bob.SendAsync(method, path + suffix)).ProblemAsync(404, "snapshot_id");
        }

        Assert.Empty((await bob.GetAsync("/snapshots")).GetProperty("snapshots").EnumerateArray());
    }

    [Fact]
    public async Task A_damaged_file_is_a_fault_that_names_both_hashes_or_ends_before_its_end()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-test-").FullName;
        await using var own = await RestHost.StartAsync(build: builder => builder.Services.AddKeyedSingleton<IObjectStore>(
            "registry.snapshots", new OrleansRegistry.Objects.Local.LocalObjectStore(folder)));
        var random = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(400_000));
        foreach (var (state, isLarge) in ((string, bool)[])[("[1,2,3]", false), ($"[\"{random}\"]", true)])
        {
            var saved = await (await own.Client.SendAsync("POST", "/agents/a/snapshots", state)).JsonAsync(HttpStatusCode.Created);
            var path = $"/agents/a/snapshots/{saved.Text("snapshot_id")}";
            var file = System.IO.Directory.EnumerateFiles(folder, "*.json.gz", SearchOption.AllDirectories)
                .MaxBy(file => File.GetLastWriteTimeUtc(file))!;
            await ChangeAsync(file, text => isLarge
                ? text.Replace("\"]}", "\" }", StringComparison.Ordinal)
                : text.Replace("[1,2,3]", "[1,2,4]", StringComparison.Ordinal));
            var problem = await (await own.Client.SendAsync("POST", path + ":verify")).ProblemAsync(500, "content_hash");
            Assert.Contains(saved.Text("content_hash"), problem.Text("detail"), StringComparison.Ordinal);
            if (isLarge)
            {
                await Assert.ThrowsAnyAsync<HttpRequestException>(() => own.Client.GetStringAsync(path + "/state"));
            }
            else
            {
                await (await own.Client.SendAsync("GET", path + "/state")).ProblemAsync(500, "content_hash");
            }
        }

        System.IO.Directory.Delete(folder, recursive: true);
    }

    private static async Task ChangeAsync(string file, Func<string, string> change)
    {
        string text;
        await using (var unpacked = new GZipStream(File.OpenRead(file), CompressionMode.Decompress))
        {
            using var reader = new StreamReader(unpacked);
            text = await reader.ReadToEndAsync();
        }

        await using var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        await packed.WriteAsync(Encoding.UTF8.GetBytes(change(text)));
    }

    private async Task<JsonElement> SaveAsync(string path, string state) =>
        await (await client.SendAsync("POST", path, state)).JsonAsync(HttpStatusCode.Created);

    private static Task<HttpResponseMessage> PostFileAsync(TaskClient to, string path, byte[] file) =>
        SendAsync(to, HttpMethod.Post, path, file, "application/gzip");

    private Task<HttpResponseMessage> PutAsync(string path, byte[] part) => SendAsync(client, HttpMethod.Put, path, part, "application/octet-stream");

    private static async Task<HttpResponseMessage> SendAsync(TaskClient to, HttpMethod method, string path, byte[] body, string type)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        foreach (var (name, value) in to.Headers())
        {
            request.Headers.Add(name, value);
        }

        return await to.Client.SendAsync(request);
    }
}
