using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Trust.Reviews;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Transfer;

/// <summary>A store with everything in it that is exported, made by a registry.</summary>
internal static class FullStore
{
    public const int Tasks = 100;

    /// <summary>Cards of the folder that REGISTRY_TEST_CARDS names; else some of the tests'.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> CardFiles()
    {
        if (Environment.GetEnvironmentVariable("REGISTRY_TEST_CARDS") is { Length: > 0 } folder)
        {
            var files = System.IO.Directory.EnumerateFiles(Path.Combine(folder, "good"), "*.json");
            return [.. files.Select(file => (ReadOnlyMemory<byte>)File.ReadAllBytes(file))];
        }

        return
        [
            .. Enumerable.Range(0, 50).Select(i => Cards.Json($"agent {i} ü🙂", extensions: [$"https://example.com/ext/{i % 7}"])),
            // On more than one line, and with white space around it.
            Encoding.UTF8.GetBytes("\n {\n  " + Encoding.UTF8.GetString(Cards.Json("spread out").Span)[1..] + " \r\n"),
        ];
    }

    public static async Task FillAsync(IRecordStore store)
    {
        await using var registry = await RegistryHost.StartAsync(store: new StoreProbe(store, isOpen: true));
        var alice = new Caller("acme", "alice");
        var bob = new Caller("other", "bob");
        foreach (var (i, card) in CardFiles().Index())
        {
            try
            {
                await registry.Agents.RegisterAsync(i % 5 == 0 ? bob : alice, new AgentRegistration(card, $"agent-{i}"));
            }
            catch (RegistryException)
            {
                // One of the real cards that the registry does not take.
            }
        }

        await registry.Agents.PatchAsync(alice, "agent-1", new AgentPatch { Enabled = false, Delivery = AgentDelivery.Worker });
        await registry.Agents.RemoveAsync(alice, "agent-2");
        for (var i = 0; i < 3; i++)
        {
            // Long, so that some versions go to a record of their own.
            var text = new string((char)('a' + i), 1_500);
            await registry.Agents.PatchAsync(alice, "agent-4", new AgentPatch(Bytes($$"""{"version":"2.{{i}}","description":"{{text}}"}""")));
        }

        await registry.Agents.RegisterAsync(alice, new AgentRegistration(Bytes("""{"name":"signed","signatures":[{}]}"""), "agent-8"));
        await registry.Versions.LabelAsync(alice, "agent-4", "stable", 2);
        await registry.Services.GetRequiredService<IAgentVectors>()
            .PutAsync(alice, "agent-4", new AgentVectorUpdate("m", [new("description", new[] { 0.1f, -3 }) { Content = "ü" }]));
        var instances = registry.Services.GetRequiredService<IAgentInstances>();
        var instance = new InstanceRegistration("https://one.example/rpc") { Weight = 2.5, Version = "1", Metadata = Bytes("""{"n": 1.50}""") };
        await instances.PutAsync(alice, "agent-6", "ü/1", instance with { Ttl = TimeSpan.FromDays(1), Ephemeral = true });
        await instances.PutAsync(alice, "agent-6", "i2", new InstanceRegistration("https://two.example"));
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(i => AddTaskAsync(registry, i % 3 == 0 ? bob : alice, i)));
        for (var i = 0; i < 40; i++)
        {
            await registry.Contexts.AppendAsync(alice, "c1", [Message($"own-{i}", new string('ü', 100))]);
        }

        var query = new AgentQuery { Tags = ["sky"], Not = AgentFilters.Of(AgentField.Owner, "bob") };
        await registry.Services.GetRequiredService<IAgentSubscriptions>()
            .SaveAsync(alice, new SubscriptionSave("https://example.com/hook", query), "s/1");

        var rule = new RecordBody(RawJson.FromValid("""{"says":"ü", "later": [1.50]}"""u8), default);
        await store.WriteAsync(TrustKind.Kind, TrustKind.KeyOf("rule", "acme", "r/1"), 0, rule);

        var fields = """
            {"id":"r1","state":"pending","requested_by":"bob","acts_as":"bob","requested_at":"NOW","held":{"enabled":false},"later":1.50}
            """;
        var review = new RecordBody(RawJson.FromValid("""{"name": "ü"}"""u8), RawJson.FromValid(Encoding.UTF8.GetBytes(
            fields.Replace("NOW", $"{DateTimeOffset.UtcNow:O}", StringComparison.Ordinal))));
        await store.WriteAsync(ReviewKind.Kind, new RecordKey("acme", "agent-new/ü"), 0, review);

        // The newest change of an agent is a removal: only the first line of an export tells its revision.
        await registry.Agents.RemoveAsync(alice, "agent-3");
    }

    /// <summary>How a task begins.</summary>
    public static TaskSubmission Submission(int i) => new(Message($"m{i}"))
    {
        TaskId = $"task {i}/ü",
        ContextId = $"c{i % 10}",
        AgentId = $"agent-{i % 3}",
        Metadata = Bytes("""{"n": 1.0}"""),
    };

    private static async Task AddTaskAsync(RegistryHost registry, Caller caller, int i)
    {
        var id = (await registry.Tasks.SubmitAsync(caller, Submission(i))).Task.Id;
        await registry.Tasks.SaveWebhookAsync(caller, id, Bytes("""{"url":"https://example.com/hook"}"""));
        // Enough that some lies in pages.
        for (var round = 0; round < (i % 10 == 0 ? 12 : 1); round++)
        {
            await registry.Tasks.UpdateAsync(caller, id, new TaskUpdate
            {
                State = TaskState.Working,
                Messages = [.. Enumerable.Range(0, 4).Select(n => Message($"m{i}-{round}-{n}"))],
                Artifacts = [.. Enumerable.Range(0, 4).Select(n => Artifact($"a{n}", $"{round} of {i}", append: round > 0))],
            });
        }

        for (var n = 0; n < (i % 20 == 0 ? 40 : i % 2); n++)
        {
            await registry.Tasks.AddFeedbackAsync(caller, id, Bytes($$"""{"stars": {{n}}}"""));
        }
    }
}
