using OrleansRegistry.Client;

using var registry = new RegistryClient(args is [var url] ? url : "http://127.0.0.1:8080");
var card = """
    {"name": "echo", "description": "Says what it is told. 'ask' makes it ask back, 'slow' makes it take its time.", "version": "1.0.0",
     "capabilities": {"streaming": true, "pushNotifications": true}, "defaultInputModes": ["text/plain"], "defaultOutputModes": ["text/plain"],
     "skills": [{"id": "echo", "name": "Echo", "description": "Gives back a text as an artifact.", "tags": ["echo", "sample"]}]}
    """;
await new AgentWorker(registry, "echo", new() { Card = card, MaxConcurrency = 8 }).RunConsoleAsync(async (task, context) =>
{
    if (context.Text.Contains("ask"))
    {
        await context.AskAsync("What shall I say?");
        return;
    }

    var words = context.Text.Contains("slow") ? context.Text.Split(' ') : [context.Text];
    for (var i = 0; i < words.Length; i++)
    {
        await context.ReportAsync($"{i + 1} of {words.Length}");
        await context.AddArtifactAsync("echo", words[i], append: i > 0, last: i == words.Length - 1);
        await Task.Delay(words.Length > 1 ? 300 : 0, context.CancellationToken);
    }
});
