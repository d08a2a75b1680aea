using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace OrleansRegistry.Http;

/// <summary>An error as answers tell it.</summary>
/// <remarks>Source: RFC 9457.</remarks>
/// <param name="Field">The path of the offending member, parameter or header, where one is to blame.</param>
internal readonly record struct Problem(int Status, string Detail, string? Field = null)
{
    /// <summary>The state of the task that was refused, where that is why.</summary>
    public string? State { get; init; }

    /// <summary>The generation of the task or context, where a condition on it did not hold.</summary>
    public long? CurrentGeneration { get; init; }

    public const string ContentType = "application/problem+json";

    public Task SendAsync(HttpContext context)
    {
        var answer = JsonAnswer.Rent();
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteString("type"u8, "about:blank"u8);
        json.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(Status));
        json.WriteNumber("status"u8, Status);
        json.WriteString("detail"u8, Detail);
        if (Field is not null)
        {
            json.WriteString("field"u8, Field);
        }

        if (State is not null)
        {
            json.WriteString("state"u8, State);
        }

        if (CurrentGeneration is { } generation)
        {
            json.WriteNumber("current_generation"u8, generation);
        }

        json.WriteEndObject();
        return answer.SendAsync(context, Status, ContentType);
    }
}
