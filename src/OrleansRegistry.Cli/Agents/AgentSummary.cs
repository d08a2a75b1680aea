using System.Globalization;

namespace OrleansRegistry.Cli.Agents;

/// <summary>What became of many agents that were registered.</summary>
internal static class AgentSummary
{
    public static ExitCode Print(CommandCall call, AgentBatches batches, TimeSpan elapsed)
    {
        var end = batches.Refused.Count == 0 ? ExitCode.Done : ExitCode.Refused;
        if (call.IsJson)
        {
            call.Answer.Document(json =>
            {
                json.WriteNumber("registered", batches.Registered);
                json.WriteNumber("replaced", batches.Replaced);
                if (batches.Waiting > 0)
                {
                    json.WriteNumber("waiting", batches.Waiting);
                }

                json.WriteNumber("warnings", batches.Warnings);
                json.WriteNumber("revision", batches.Revision);
                json.WriteStartArray("refused");
                foreach (var refusal in batches.Refused)
                {
                    json.WriteStartObject();
                    json.WriteString("source", refusal.Source);
                    json.WriteString("agent_id", refusal.AgentId);
                    json.WriteString("error", refusal.Reason);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return end;
        }

        foreach (var refusal in batches.Refused)
        {
            var says = refusal.Reason.StartsWith(refusal.Source, StringComparison.Ordinal) ? "" : refusal.Source + ": ";
            call.Terminal.WriteNote(PlainText.Of($"refused: {says}{refusal.Reason}"));
        }

        var done = batches.Registered + batches.Replaced;
        if (batches.Waiting > 0)
        {
            call.Terminal.WriteNote(PlainText.Of($"{batches.Waiting:N0} wait for a review: registry reviews list --state pending"));
        }

        call.Answer.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"registered {batches.Registered:N0}, replaced {batches.Replaced:N0}, refused {batches.Refused.Count:N0}, warnings {batches.Warnings:N0} "
                + $"({elapsed.TotalSeconds:N1} s, {Rates.Text(done, 0, elapsed)})"));
        return end;
    }
}
