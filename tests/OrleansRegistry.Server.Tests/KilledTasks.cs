using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansRegistry.Server.Tests;

/// <summary>A few tasks, each with the messages that it must hold; null where there is none.</summary>
internal sealed class KilledTasks(string client, int seed) : KilledClient
{
    private const int Ids = 3;
    private const string Canceled = "canceled";

    private readonly Random random = new(seed);
    private readonly List<string>?[] stored = new List<string>?[Ids];
    private (int Id, List<string>? After)? inFlight;
    private int number;

    public int Present => stored.Count(messages => messages is not null);

    public override async Task VerifyAsync(HttpClient http)
    {
        for (var id = 0; id < Ids; id++)
        {
            var found = await ReadAsync(http, id);
            if (inFlight is { } cut && cut.Id == id && Same(found, cut.After))
            {
                stored[id] = found;
            }

            Assert.Equal(stored[id], found);
        }

        inFlight = null;
    }

    protected override (Func<Task<HttpResponseMessage>> Send, Action Acknowledged) Next(HttpClient http)
    {
        var id = random.Next(Ids);
        var before = stored[id];
        var (path, first) = ($"/tasks/{NameOf(id)}", ++number);
        Func<Task<HttpResponseMessage>> send;
        List<string>? after;
        if (before is null)
        {
            after = [$"{first}"];
            send = () => http.PostAsJsonAsync("/tasks", new { taskId = NameOf(id), contextId = client, message = Message(first) });
        }
        else if (before[^1] == Canceled || random.Next(100) == 0)
        {
            after = null;
            send = () => http.DeleteAsync(path);
        }
        else if (random.Next(60) == 0)
        {
            after = [.. before, Canceled];
            send = () => http.PostAsync($"{path}:cancel", null);
        }
        else
        {
            var count = random.Next(4) == 0 ? random.Next(1, 40) : 1;
            number += count - 1;
            after = [.. before, .. Enumerable.Range(first, count).Select(i => $"{i}")];
            send = () => http.PatchAsJsonAsync(path, new { state = "working", messages = Enumerable.Range(first, count).Select(Message) });
        }

        inFlight = (id, after);
        return (send, () => (stored[id], inFlight) = (after, null));
    }

    /// <summary>The ids of the messages, and a mark at the end of a canceled task.</summary>
    private async Task<List<string>?> ReadAsync(HttpClient http, int id)
    {
        using var answer = await http.GetAsync($"/tasks/{NameOf(id)}");
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        var task = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var messages = task.GetProperty("history").EnumerateArray()
            .Select(message => message.GetProperty("messageId").GetString()!.Split('-')[^1])
            .ToList();
        Assert.Equal(messages.Count, task.GetProperty("historyCount").GetInt64());
        if (task.GetProperty("status").GetProperty("state").GetString() == "TASK_STATE_CANCELED")
        {
            messages.Add(Canceled);
        }

        return messages;
    }

    private static bool Same(List<string>? one, List<string>? other) =>
        one is null ? other is null : other is not null && one.SequenceEqual(other);

    private object Message(int i) => new { messageId = $"{client}-{i}", role = "ROLE_USER", parts = new[] { new { text = $"message {i}" } } };

    private string NameOf(int id) => $"{client}-task-{id}";
}
