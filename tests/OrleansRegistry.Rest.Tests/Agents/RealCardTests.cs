using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>The real cards of shared/cards; REGISTRY_TEST_CARDS names another folder.</summary>
public sealed class RealCardTests(RestHost host)
{
    private static readonly string[] Refused = ["002", "005", "006", "007", "009", "011", "013"];

    private readonly HttpClient client = host.Client;

    [Fact]
    public async Task Every_good_card_comes_back_byte_for_byte_and_is_found()
    {
        foreach (var file in Cards("good"))
        {
            var sent = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            var path = "/agents/" + Uri.EscapeDataString("good/" + Path.GetFileName(file));
            using var content = new ByteArrayContent(sent);
            content.Headers.ContentType = new("application/json");
            var written = await client.PutAsync(path + "/card", content, TestContext.Current.CancellationToken);
            await written.JsonAsync(HttpStatusCode.Created);

            Assert.Equal(sent, await client.GetByteArrayAsync(path + "/card", TestContext.Current.CancellationToken));
            var whole = await client.GetByteArrayAsync(path, TestContext.Current.CancellationToken);
            var start = "{\"agent_card\":"u8.Length;
            Assert.Equal(sent, whole.AsSpan(start, sent.Length).ToArray());
            var agent = JsonDocument.Parse(whole).RootElement;

            var name = agent.GetProperty("agent_card").Text("name");
            var found = await (await client.SendAsync("POST", "/agents/search", JsonSerializer.Serialize(new { query = name, view = "record" })))
                .JsonAsync();
            Assert.Contains(agent.Text("agent_id"), found.GetProperty("agents").EnumerateArray().Select(item => item.Text("agent_id")));
        }
    }

    [Fact]
    public async Task Every_good_card_registers_in_one_batch_by_its_own_name()
    {
        var files = Cards("good");
        var cards = await Task.WhenAll(files.Select(file => File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)));
        var json = await (await client.SendAsync("POST", "/agents:batch", "[" + string.Join(",\n", cards) + "]")).JsonAsync();
        Assert.Equal((files.Length, 0), (json.Number("success"), json.Number("failed")));
    }

    [Fact]
    public async Task Every_odd_card_gets_the_answer_one_would_expect()
    {
        foreach (var file in Cards("odd"))
        {
            var card = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            foreach (var body in (string[])[card, $$"""{"agent_card":{{card}}}"""])
            {
                var response = await client.SendAsync("POST", "/agents", body);
                if (Refused.Contains(Path.GetFileNameWithoutExtension(file)))
                {
                    Assert.NotEmpty((await response.ProblemAsync(400)).Text("field"));
                }
                else
                {
                    Assert.NotEmpty((await response.JsonAsync()).GetProperty("warnings").EnumerateArray());
                }
            }
        }
    }

    private static string[] Cards(string kind)
    {
        var root = Environment.GetEnvironmentVariable("REGISTRY_TEST_CARDS");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null && root is null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "cards");
            root = System.IO.Directory.Exists(candidate) ? candidate : null;
        }

        var cards = root is null ? null : Path.Combine(root, kind);
        if (cards is null || !System.IO.Directory.Exists(cards))
        {
            Assert.Skip("No cards: there is no folder ../shared/cards, and REGISTRY_TEST_CARDS names none.");
        }

        var files = System.IO.Directory.GetFiles(cards, "*.json");
        Assert.NotEmpty(files);
        return files;
    }
}
