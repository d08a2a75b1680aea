using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OrleansRegistry.Cli;

/// <summary>Lists of the registry, page by page.</summary>
internal static class Pages
{
    /// <summary>The option that every list has.</summary>
    public static Option<int> LimitOption() => new("--limit", "-n")
    {
        Description = "At most so many; 0: all.",
        HelpName = "count",
        DefaultValueFactory = _ => 0,
        Validators =
        {
            result =>
            {
                if (result.Tokens is [var token] && !uint.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                {
                    result.AddError("--limit must be a whole number from 0.");
                }
            },
        },
    };

    /// <summary>Prints a list: as JSON in one document, else as a table a page.</summary>
    /// <param name="path">The list, with its filters.</param>
    /// <param name="name">The member of the answer that holds the entries, such as <c>agents</c>.</param>
    /// <param name="size">The largest page that the registry gives.</param>
    /// <param name="headings">Of the table; empty ones for none.</param>
    public static async Task<ExitCode> PrintAsync(
        CommandCall call, string path, string name, int size, int limit, string[] headings, Func<JsonElement, Cell[]> row)
    {
        var connection = await call.ConnectAsync();
        var list = call.IsJson ? call.Answer.List(name) : null;
        var count = 0L;
        var isCut = false;
        await foreach (var page in ReadAsync(connection.Api, path, limit > 0 ? Math.Min(size, limit) : size, call.Cancellation))
        {
            var table = new TextTable(headings);
            foreach (var entry in page.Entries(name))
            {
                isCut = limit > 0 && count == limit;
                if (isCut)
                {
                    break;
                }

                count++;
                list?.Add(entry);
                if (list is null)
                {
                    table.Add(row(entry));
                }
            }

            Print(call, page, table);
            isCut |= limit > 0 && count == limit && NextToken(page) is not null;
            if (isCut)
            {
                break;
            }
        }

        list?.End();
        if (!call.IsJson && (count == 0 || isCut))
        {
            call.Terminal.WriteNote(isCut ? $"There are more than {limit}: --limit shows more of them." : $"There are no {name}.");
        }

        return ExitCode.Done;
    }

    private static void Print(CommandCall call, JsonElement page, TextTable table)
    {
        if (table.Rows > 0)
        {
            call.Answer.Table(table);
        }

        foreach (var unreadable in page.Entries("unreadable"))
        {
            call.Terminal.WriteNote($"Left out, as it cannot be read: {PlainText.Of(unreadable.ToString())}");
        }
    }

    /// <summary>The pages; each lives until the next is asked for.</summary>
    public static async IAsyncEnumerable<JsonElement> ReadAsync(
        RegistryApi api, string path, int size, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? token = null;
        do
        {
            var page = ApiPath.With(path, ("page_size", size.ToString(CultureInfo.InvariantCulture)), ("page_token", token));
            using var answer = await api.GetAsync(page, cancellation);
            yield return answer.Json;
            token = NextToken(answer.Json);
        }
        while (token is not null);
    }

    private static string? NextToken(JsonElement page) =>
        (page.Text("next_page_token") ?? page.Text("nextPageToken")) is { Length: > 0 } token ? token : null;
}
